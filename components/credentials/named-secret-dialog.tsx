"use client";

import { useState } from "react";
import { ExpiryFields, expiresAtOf, NEVER } from "@/components/credentials/expiry-field";
import type { Action } from "@/components/ui/attempt";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useForm } from "@/components/ui/use-form";
import { type IssuedSecret, issueSecretSchema } from "@/lib/credentials/schema";

type NamedSecretDialogProps = {
  machineId: string;
  /** For how many days it may be good at the most; null is for ever. */
  lifetimeDaysMax: number | null;
  add: Action<IssuedSecret>;
  /** What to say when no answer came back. */
  lost: string;
  onIssued: (issued: IssuedSecret) => void;
  onClose: () => void;
};

/** The longer way to a new client secret, for those who want to tell it from others or to see it end by itself. */
export function NamedSecretDialog({
  machineId,
  lifetimeDaysMax,
  add,
  lost,
  onIssued,
  onClose,
}: NamedSecretDialogProps) {
  const [name, setName] = useState("");
  const [expiry, setExpiry] = useState(NEVER);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: issueSecretSchema,
    action: add,
    lost,
    onDone: onIssued,
  });
  return (
    <FormDialog
      title="Add client secret"
      description="When it expires, it stops working and the hosts that use it are disconnected."
      verb="Add client secret"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ machineId, name, expiresAt: expiresAtOf(expiry) })}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name} hint="What tells it from others, such as where it is kept.">
        <TextInput name="name" autoComplete="off" spellCheck={false} value={name} onValueChange={setName} />
      </Field>
      <ExpiryFields
        lifetimeDaysMax={lifetimeDaysMax}
        draft={expiry}
        error={errors.expiresAt}
        onChange={setExpiry}
      />
    </FormDialog>
  );
}
