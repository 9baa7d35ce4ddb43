"use client";

import { type FormEvent, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field, TextInput } from "@/components/ui/field";
import {
  type FieldErrors,
  fieldErrorsFrom,
  fieldErrorsOf,
  useFocusOnError,
} from "@/components/ui/form-errors";
import { PasswordInput } from "@/components/ui/password-input";
import type { ActionResult } from "@/lib/errors";
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
  const [draft, setDraft] = useState({
    email: "",
    password: "",
    tenantName: DEFAULT_TENANT.name as string,
    tenantSlug: DEFAULT_TENANT.slug as string,
  });
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  const form = useFocusOnError(errors);
  const bind = (name: keyof typeof draft) => ({
    name,
    value: draft[name],
    onValueChange: (value: string) => setDraft({ ...draft, [name]: value }),
  });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy.current) return;
    const input = setUpSchema.safeParse({ ...draft, setupToken });
    setErrors(input.success ? {} : fieldErrorsOf(input.error.issues));
    setFailure(null);
    if (!input.success) return;
    isBusy.current = true;
    setPending(true);
    const answer = await setUp(input.data).catch(() => null);
    if (answer?.ok) return onDone({ ...input.data, tenantSlug: answer.data.tenantSlug });
    isBusy.current = false;
    setPending(false);
    if (answer?.code === "gone") return onUsedLink();
    setErrors(fieldErrorsFrom(answer?.fieldErrors));
    if (!answer?.fieldErrors) setFailure(answer?.message ?? LOST);
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={submit} className="flex flex-col gap-4">
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
      <Field label="Email" error={errors.email}>
        <TextInput type="email" autoComplete="username" {...bind("email")} />
      </Field>
      <Field
        label="Password"
        hint="At least 12 characters. A few words in a row are easy to keep."
        error={errors.password}
      >
        <PasswordInput autoComplete="new-password" {...bind("password")} />
      </Field>
      <Field
        label="Tenant name"
        hint="A tenant is a separate set of machines and people."
        error={errors.tenantName}
      >
        <TextInput autoComplete="organization" {...bind("tenantName")} />
      </Field>
      <Field
        label="Tenant address"
        hint={`Its pages will be under /tenants/${draft.tenantSlug || "…"}`}
        error={errors.tenantSlug}
      >
        <TextInput autoCapitalize="none" spellCheck={false} className="font-mono" {...bind("tenantSlug")} />
      </Field>
      <Button type="submit" look="primary" aria-busy={isPending} className="mt-1">
        Create administrator
      </Button>
    </form>
  );
}
