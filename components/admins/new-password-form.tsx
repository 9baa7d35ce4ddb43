"use client";

import { useRef, useState } from "react";
import { type Action, attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Field, TextInput } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";
import { SubmitButton } from "@/components/ui/submit-button";
import { useForm } from "@/components/ui/use-form";
import { linkAndPasswordSchema } from "@/lib/admins/schema";

type NewPasswordFormProps<T> = {
  email: string;
  token: string;
  verb: string;
  save: Action<T>;
  /** The link turned out to be used up. */
  onGone: () => void;
  onDone: (done: T, password: string) => Promise<void>;
};

const LOST = "The server did not answer. Try again; if it says that the link was used, sign in instead.";

/** A person whose link says who they are chooses a password. */
export function NewPasswordForm<T>({ email, token, verb, save, onGone, onDone }: NewPasswordFormProps<T>) {
  const sent = useRef("");
  const [isLeaving, setLeaving] = useState(false);
  const saveOrGone: Action<T> = async (input) => {
    const answer = await attempt(() => save(input), LOST);
    if (!answer.ok && answer.code === "gone") onGone();
    return answer;
  };
  const { form, errors, failure, isPending, submit, typed } = useForm({
    schema: linkAndPasswordSchema,
    action: saveOrGone,
    lost: LOST,
    onDone: (done) => {
      setLeaving(true);
      void onDone(done, sent.current);
    },
  });
  return (
    <form
      ref={form}
      noValidate
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        sent.current = typed("password");
        void submit({ token, password: sent.current });
      }}
      className="flex flex-col gap-4"
    >
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
      <Field label="Email">
        <TextInput
          type="email"
          name="email"
          autoComplete="username"
          readOnly
          className="bg-sunken"
          value={email}
        />
      </Field>
      <Field
        label="New password"
        hint="At least 12 characters. A few words in a row are easy to keep."
        error={errors.password}
      >
        <PasswordInput name="password" autoComplete="new-password" />
      </Field>
      <SubmitButton look="primary" aria-busy={isPending || isLeaving} className="mt-1">
        {verb}
      </SubmitButton>
    </form>
  );
}
