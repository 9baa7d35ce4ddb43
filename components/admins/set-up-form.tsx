"use client";

import { type FormEvent, useRef, useState } from "react";
import { attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Field, TextInput } from "@/components/ui/field";
import {
  type FieldErrors,
  fieldErrorsFrom,
  fieldErrorsOf,
  useFocusOnError,
} from "@/components/ui/form-errors";
import { textIn } from "@/components/ui/form-fields";
import { PasswordInput } from "@/components/ui/password-input";
import { SubmitButton } from "@/components/ui/submit-button";
import type { ActionResult } from "@/lib/errors";
import { pathsOf } from "@/lib/paths";
import { DEFAULT_TENANT } from "@/lib/tenants/schema";
import { setUpSchema } from "@/lib/workflows/schema";

export type SetUpAnswer = ActionResult<{ tenantSlug: string }>;

type SetUpFormProps = {
  setupToken: string;
  setUp: (input: unknown) => Promise<SetUpAnswer>;
  /** What follows once the administrator exists. */
  onDone: (done: { email: string; password: string; tenantSlug: string }) => void;
  onUsedLink: () => void;
};

const LOST = "The server did not answer. Try again; if it says that the link was used, sign in instead.";

export function SetUpForm({ setupToken, setUp, onDone, onUsedLink }: SetUpFormProps) {
  const [tenantSlug, setTenantSlug] = useState<string>(DEFAULT_TENANT.slug);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  const form = useFocusOnError(errors);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy.current) return;
    const input = setUpSchema.safeParse({
      email: textIn(form.current, "email"),
      password: textIn(form.current, "password"),
      tenantName: textIn(form.current, "tenantName"),
      tenantSlug: textIn(form.current, "tenantSlug"),
      setupToken,
    });
    setErrors(input.success ? {} : fieldErrorsOf(input.error.issues));
    setFailure(null);
    if (!input.success) return;
    isBusy.current = true;
    setPending(true);
    const answer = await attempt(() => setUp(input.data), LOST);
    if (answer.ok) return onDone({ ...input.data, tenantSlug: answer.data.tenantSlug });
    isBusy.current = false;
    setPending(false);
    if (answer.code === "gone") return onUsedLink();
    setErrors(fieldErrorsFrom(answer.fieldErrors));
    if (!answer.fieldErrors) setFailure(answer.message);
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={submit} className="flex flex-col gap-4">
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
      <Field label="Email" error={errors.email}>
        <TextInput type="email" name="email" autoComplete="username" />
      </Field>
      <Field
        label="Password"
        hint="At least 12 characters. A few words in a row are easy to keep."
        error={errors.password}
      >
        <PasswordInput name="password" autoComplete="new-password" />
      </Field>
      <Field
        label="Tenant name"
        hint="A tenant is a separate set of machines and people."
        error={errors.tenantName}
      >
        <TextInput name="tenantName" autoComplete="organization" defaultValue={DEFAULT_TENANT.name} />
      </Field>
      <Field
        label="Tenant address"
        hint={`Its pages will be under ${pathsOf(tenantSlug || "…").overview}`}
        error={errors.tenantSlug}
      >
        <TextInput
          name="tenantSlug"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono"
          defaultValue={DEFAULT_TENANT.slug}
          onValueChange={setTenantSlug}
        />
      </Field>
      <SubmitButton look="primary" aria-busy={isPending} className="mt-1">
        Create administrator
      </SubmitButton>
    </form>
  );
}
