"use client";

import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { Field, TextInput } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { PasswordInput } from "@/components/ui/password-input";
import { SubmitButton } from "@/components/ui/submit-button";
import { LEAVING } from "@/components/ui/use-attempt";
import { useForm } from "@/components/ui/use-form";
import { linkAndPasswordSchema } from "@/lib/users/schema";

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
  const { form, errors, failure, isPending, submit, typed } = useForm({
    schema: linkAndPasswordSchema,
    action: save,
    lost: LOST,
    onDone: (done, { password }) => {
      void onDone(done, password);
      return LEAVING;
    },
    onRefused: ({ code }) => {
      if (code === "gone") onGone();
    },
  });
  return (
    <Form
      ref={form}
      onSubmit={() => submit({ token, password: typed("password") })}
      className="flex flex-col gap-4"
    >
      <Alert>{failure}</Alert>
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
      <SubmitButton look="primary" aria-busy={isPending} className="mt-1">
        {verb}
      </SubmitButton>
    </Form>
  );
}
