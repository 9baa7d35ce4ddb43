"use client";

import { useState } from "react";
import { Alert } from "@/components/ui/banner";
import { Field, TextInput } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { PasswordInput } from "@/components/ui/password-input";
import { SubmitButton } from "@/components/ui/submit-button";
import { LEAVING } from "@/components/ui/use-attempt";
import { useForm } from "@/components/ui/use-form";
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
  const { form, errors, failure, isPending, submit, typed } = useForm({
    schema: setUpSchema,
    action: setUp,
    lost: LOST,
    onDone: (done, sent) => {
      onDone({ ...sent, tenantSlug: done.tenantSlug });
      return LEAVING;
    },
    onRefused: ({ code }) => {
      if (code === "gone") onUsedLink();
    },
  });
  const read = () => ({
    email: typed("email"),
    password: typed("password"),
    tenantName: typed("tenantName"),
    tenantSlug: typed("tenantSlug"),
    setupToken,
  });

  return (
    <Form ref={form} onSubmit={() => submit(read())} className="flex flex-col gap-4">
      <Alert>{failure}</Alert>
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
    </Form>
  );
}
