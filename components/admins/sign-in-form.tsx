"use client";

import { type FormEvent, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field, TextInput } from "@/components/ui/field";
import { type FieldErrors, fieldErrorsOf, useFocusOnError } from "@/components/ui/form-errors";
import { PasswordInput } from "@/components/ui/password-input";
import { signInSchema } from "@/lib/admins/schema";

export type SignIn = (credentials: { email: string; password: string }) => Promise<string | null>;

type SignInFormProps = {
  /** @returns why it failed, or null once the person is in and on the way to the next page */
  signIn: SignIn;
  /** Who signs in, where that is settled. */
  email?: string;
  verb?: string;
};

export function SignInForm({ signIn, email: settled, verb = "Sign in" }: SignInFormProps) {
  const [email, setEmail] = useState(settled ?? "");
  const [password, setPassword] = useState("");
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  const form = useFocusOnError(errors);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy.current) return;
    const input = signInSchema.safeParse({ email, password });
    setErrors(input.success ? {} : fieldErrorsOf(input.error.issues));
    setFailure(null);
    if (!input.success) return;
    isBusy.current = true;
    setPending(true);
    const refused = await signIn(input.data);
    if (refused === null) return;
    isBusy.current = false;
    setPending(false);
    setFailure(refused);
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={submit} className="flex flex-col gap-4">
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
      <Field label="Email" error={errors.email}>
        <TextInput
          type="email"
          name="email"
          autoComplete="username"
          readOnly={settled !== undefined}
          className={settled === undefined ? undefined : "bg-sunken"}
          value={email}
          onValueChange={setEmail}
        />
      </Field>
      <Field label="Password" error={errors.password}>
        <PasswordInput
          name="password"
          autoComplete="current-password"
          value={password}
          onValueChange={setPassword}
        />
      </Field>
      <Button type="submit" look="primary" aria-busy={isPending} className="mt-1">
        {verb}
      </Button>
    </form>
  );
}
