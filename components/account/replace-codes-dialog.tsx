"use client";

import type { SecondFactorActions } from "@/components/account/second-factor-actions";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useForm } from "@/components/ui/use-form";
import { codeOnlySchema } from "@/lib/users/schema";

type ReplaceCodesDialogProps = {
  replace: SecondFactorActions["replaceCodes"];
  onCodes: (codes: readonly string[]) => void;
  onClose: () => void;
};

export function ReplaceCodesDialog({ replace, onCodes, onClose }: ReplaceCodesDialogProps) {
  const { form, errors, failure, isPending, submit, typed } = useForm({
    schema: codeOnlySchema,
    action: replace,
    lost: LOST_ANSWER,
    onDone: ({ recoveryCodes }) => {
      onClose();
      onCodes(recoveryCodes);
    },
  });
  return (
    <FormDialog
      title="Make new recovery codes?"
      description="The ones you have are worth nothing any more."
      verb="Make new ones"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ code: typed("code") })}
      onClose={onClose}
    >
      <Field label="Code" error={errors.code} hint="The six digits that your app shows now.">
        <TextInput name="code" autoComplete="one-time-code" className="font-mono" />
      </Field>
    </FormDialog>
  );
}
