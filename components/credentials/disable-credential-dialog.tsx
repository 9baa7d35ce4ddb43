"use client";

import { useState } from "react";
import type { CredentialDialogProps } from "@/components/credentials/credential-actions";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { LastUse } from "@/components/credentials/last-use";
import { CutHosts } from "@/components/hosts/cut-hosts";
import { type Cut, disconnectedSentence } from "@/components/hosts/disconnected";
import { hostsThrough, useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import { Alert } from "@/components/ui/banner";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Field, TextArea } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { disableCredentialSchema } from "@/lib/credentials/schema";

/** Refused until it is enabled again: what that cuts, and why it is done. */
export function DisableCredentialDialog({
  kind,
  machineId,
  credential,
  now,
  isLast,
  actions,
  onClose,
}: CredentialDialogProps) {
  const texts = CREDENTIAL_TEXTS[kind];
  const [reason, setReason] = useState("");
  const [asksLast, setAsksLast] = useState(isLast);
  const [confirmedLast, setConfirmedLast] = useState(false);
  const toasts = useToasts();
  const impact = hostsThrough(useConnectedHosts(actions, [machineId]), credential.id);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: disableCredentialSchema,
    action: actions.disable,
    lost: texts.lostDisable,
    onDone: (cut: Cut) => {
      toasts.add({ title: `${texts.one} ${credential.id} disabled.${disconnectedSentence(cut)}` });
      onClose();
    },
    onRefused: ({ fieldErrors }) => fieldErrors?.confirmedLast && setAsksLast(true),
  });
  return (
    <FormDialog
      title={texts.disable}
      description={
        <>
          <span className="font-mono text-small text-ink">{credential.id}</span>
          {credential.name ? ` (${credential.name})` : ""} is refused at once, until somebody enables it
          again. <LastUse of={credential} now={now} />
        </>
      }
      verb="Disable"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ machineId, credentialId: credential.id, reason, confirmedLast })}
      onClose={onClose}
    >
      <CutHosts impact={impact} through="with it" />
      <Field label="Reason" error={errors.reason} hint="Shown beside it and in the audit record.">
        <TextArea name="reason" rows={2} value={reason} onValueChange={setReason} />
      </Field>
      {asksLast ? (
        <LabelledCheckbox
          label={texts.disableLast}
          checked={confirmedLast}
          onCheckedChange={setConfirmedLast}
        />
      ) : null}
      <Alert>{errors.confirmedLast ?? null}</Alert>
    </FormDialog>
  );
}
