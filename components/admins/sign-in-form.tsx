"use client";

import { type FormEvent, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field, TextInput } from "@/components/ui/field";
import { type FieldErrors, fieldErrorsOf, useFocusOnError } from "@/components/ui/form-errors";
import { textIn } from "@/components/ui/form-fields";
import { PasswordInput } from "@/components/ui/password-input";
import { SubmitButton } from "@/components/ui/submit-button";
import { signInSchema, signInWithCodeSchema } from "@/lib/admins/schema";

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

/** Email and password; then, for whoever has a second factor, its code. */
export function SignInForm({ signIn, onIn, email: settled, verb = "Sign in" }: SignInFormProps) {
  const [email, setEmail] = useState(settled ?? "");
  /** What was accepted of somebody who has to give a code, too. */
  const [first, setFirst] = useState<Credentials | null>(null);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  const form = useFocusOnError(errors);

  const attempt = async (credentials: Credentials): Promise<string | null> => {
    const answer = await signIn(credentials);
    if (answer === "in") return onIn();
    isBusy.current = false;
    setPending(false);
    if (answer === "code") {
      setFirst(credentials);
      return null;
    }
    return answer.refused;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy.current) return;
    const typed = (name: string) => textIn(form.current, name);
    const input = first
      ? signInWithCodeSchema.safeParse({ ...first, code: typed("code") })
      : signInSchema.safeParse({ email: typed("email"), password: typed("password") });
    setErrors(input.success ? {} : fieldErrorsOf(input.error.issues));
    setFailure(null);
    if (!input.success) return;
    isBusy.current = true;
    setPending(true);
    const refused = await attempt(input.data);
    if (refused === null) return;
    isBusy.current = false;
    setPending(false);
    setFailure(refused);
  };
  const startOver = () => {
    setEmail(first?.email ?? email);
    setFirst(null);
    setFailure(null);
    setErrors({});
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={submit} className="flex flex-col gap-4">
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
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
    </form>
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
