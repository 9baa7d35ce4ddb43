"use client";

import { useState } from "react";
import type { CredentialDialogProps } from "@/components/credentials/credential-actions";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { ExpiryFields, expiresAtOf, KEPT } from "@/components/credentials/expiry-field";
import { CutHosts } from "@/components/hosts/cut-hosts";
import { hostsThrough, useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import { Field, TextArea, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { editCredentialSchema } from "@/lib/credentials/schema";

/** Another name, and another end: earlier, later, or none. */
export function EditCredentialDialog({
  kind,
  machineId,
  credential,
  limits,
  actions,
  onClose,
}: CredentialDialogProps) {
  const texts = CREDENTIAL_TEXTS[kind];
  // The page behind the dialog goes on; what is typed is a change of what stood here at first.
  const [seen] = useState({ name: credential.name, note: credential.note, expiresAt: credential.expiresAt });
  const [name, setName] = useState(credential.name);
  const [note, setNote] = useState(credential.note);
  const [expiry, setExpiry] = useState(KEPT);
  const toasts = useToasts();
  const impact = hostsThrough(useConnectedHosts(actions, [machineId]), credential.id);
  const expiresAt = expiry.choice === KEPT.choice ? seen.expiresAt : expiresAtOf(expiry);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: editCredentialSchema,
    action: actions.edit,
    lost: texts.lostEdit,
    onDone: () => {
      toasts.add({ title: `${texts.one} ${credential.id} saved.` });
      onClose();
    },
  });
  return (
    <FormDialog
      title={texts.edit}
      description={<span className="font-mono text-small text-ink">{credential.id}</span>}
      verb="Save"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ machineId, credentialId: credential.id, name, note, expiresAt, seen })}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name} hint="What tells it from others, such as where it is kept.">
        <TextInput name="name" autoComplete="off" spellCheck={false} value={name} onValueChange={setName} />
      </Field>
      <Field
        label="Note"
        error={errors.note}
        hint="Whom to ask before it goes, for instance. Everybody in the tenant reads it."
      >
        <TextArea name="note" rows={3} value={note} onValueChange={setNote} />
      </Field>
      <ExpiryFields
        lifetimeDaysMax={limits.lifetimeDaysMax}
        kept={seen.expiresAt}
        draft={expiry}
        error={errors.expiresAt}
        onChange={setExpiry}
      />
      {expiresAt === null ? null : <CutHosts impact={impact} when="When it expires" through="with it" />}
    </FormDialog>
  );
}
