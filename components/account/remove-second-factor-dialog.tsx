"use client";

import type { SecondFactorActions } from "@/components/account/second-factor-actions";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { PasswordInput } from "@/components/ui/password-input";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { passwordOnlySchema } from "@/lib/users/schema";

type RemoveSecondFactorDialogProps = { remove: SecondFactorActions["remove"]; onClose: () => void };

export function RemoveSecondFactorDialog({ remove, onClose }: RemoveSecondFactorDialogProps) {
  const toasts = useToasts();
  const { form, errors, failure, isPending, submit, typed } = useForm({
    schema: passwordOnlySchema,
    action: remove,
    lost: LOST_ANSWER,
    onDone: () => {
      toasts.add({ title: "The second factor is removed." });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Remove the second factor?"
      description="Your password alone lets you in from then on, and the recovery codes are worth nothing."
      verb="Remove"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ password: typed("password") })}
      onClose={onClose}
    >
      <Field label="Password" error={errors.password}>
        <PasswordInput name="password" autoComplete="current-password" />
      </Field>
    </FormDialog>
  );
}
