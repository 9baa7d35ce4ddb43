"use client";

import type { AccountActions } from "@/components/account/account-actions";
import { Alert } from "@/components/ui/banner";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { PasswordInput } from "@/components/ui/password-input";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { changePasswordSchema } from "@/lib/users/schema";

type ChangePasswordProps = { email: string; changePassword: AccountActions["changePassword"] };

const LOST = "The server did not answer. Try again; if it refuses the present password, the new one is set.";

export function ChangePassword({ email, changePassword }: ChangePasswordProps) {
  const toasts = useToasts();
  const { form, errors, failure, isPending, submit, typed } = useForm({
    schema: changePasswordSchema,
    action: changePassword,
    lost: LOST,
    onDone: () => {
      form.current?.reset();
      toasts.add({ title: "Password changed.", description: "Your other sign-ins are ended." });
    },
  });
  return (
    <Form
      ref={form}
      onSubmit={() => submit({ oldPassword: typed("oldPassword"), newPassword: typed("newPassword") })}
      className="flex max-w-md flex-col gap-4"
    >
      <Alert>{failure}</Alert>
      {/* For password managers, which would otherwise not know whose password this is. */}
      <input type="text" name="email" autoComplete="username" value={email} readOnly hidden />
      <Field label="Present password" error={errors.oldPassword}>
        <PasswordInput name="oldPassword" autoComplete="current-password" />
      </Field>
      <Field
        label="New password"
        error={errors.newPassword}
        hint="At least 12 characters. Your other sign-ins end; this one goes on."
      >
        <PasswordInput name="newPassword" autoComplete="new-password" />
      </Field>
      <SubmitButton look="primary" aria-busy={isPending} className="self-start">
        Change password
      </SubmitButton>
    </Form>
  );
}
