"use client";

import { useRef, useState } from "react";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field, TextInput } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { PasswordInput } from "@/components/ui/password-input";
import { SubmitButton } from "@/components/ui/submit-button";
import { LEAVING } from "@/components/ui/use-attempt";
import { useForm } from "@/components/ui/use-form";
import { signInSchema, signInWithCodeSchema } from "@/lib/users/schema";

export type Credentials = { readonly email: string; readonly password: string; readonly code?: string };

/** They are in; a code is needed too; or why it failed. */
export type SignInAnswer = "in" | "code" | { readonly refused: string };

type SignInFormProps = {
  signIn: (credentials: Credentials) => Promise<SignInAnswer>;
  /** What follows. @returns why it did not, or null when the person is on the way to the next page */
  onIn: () => Promise<string | null>;
  /** Who signs in, where that is settled. */
  email?: string;
  verb?: string;
};

const LOST = "The server did not answer. Try again.";

/** Email and password; then, for whoever has a second factor, its code. */
export function SignInForm({ signIn, onIn, email: settled, verb = "Sign in" }: SignInFormProps) {
  const [email, setEmail] = useState(settled ?? "");
  /** What was accepted of somebody who has to give a code, too. */
  const [first, setFirst] = useState<Credentials | null>(null);
  const { form, errors, failure, isPending, submit, typed, clear } = useForm({
    schema: first ? signInWithCodeSchema : signInSchema,
    action: async (_typed, credentials: Credentials) => {
      const answer = await signIn(credentials);
      if (answer === "code") return { ok: true, data: answer };
      const refused = answer === "in" ? await onIn() : answer.refused;
      if (refused === null) return { ok: true, data: "in" as const };
      return { ok: false, code: "forbidden", message: refused };
    },
    lost: LOST,
    onDone: (answer, sent) => (answer === "in" ? LEAVING : setFirst(sent)),
  });
  const read = () =>
    first ? { ...first, code: typed("code") } : { email: typed("email"), password: typed("password") };
  const startOver = () => {
    setEmail(first?.email ?? email);
    setFirst(null);
    clear();
  };

  return (
    <Form ref={form} onSubmit={() => submit(read())} className="flex flex-col gap-4">
      <Alert>{failure}</Alert>
      {first ? (
        <CodeField email={first.email} error={errors.code} />
      ) : (
        <>
          <Field label="Email" error={errors.email}>
            <TextInput
              type="email"
              name="email"
              autoComplete="username"
              readOnly={settled !== undefined}
              className={settled === undefined ? undefined : "bg-sunken"}
              defaultValue={email}
            />
          </Field>
          <Field label="Password" error={errors.password}>
            <PasswordInput name="password" autoComplete="current-password" />
          </Field>
        </>
      )}
      <SubmitButton look="primary" aria-busy={isPending} className="mt-1">
        {verb}
      </SubmitButton>
      {first ? (
        <Button look="quiet" onClick={startOver}>
          Back
        </Button>
      ) : null}
    </Form>
  );
}

type CodeFieldProps = { email: string; error: string | undefined };

function CodeField({ email, error }: CodeFieldProps) {
  const isFocused = useRef(false);
  return (
    <>
      <p role="status" className="text-muted wrap-anywhere">
        {email} has a second factor.
      </p>
      <Field
        label="Code"
        error={error}
        hint="Six digits from your authenticator app. If you do not have it with you, a recovery code."
      >
        <TextInput
          ref={(input) => {
            if (!isFocused.current) input?.focus();
            isFocused.current = input !== null;
          }}
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono"
        />
      </Field>
    </>
  );
}
