"use client";

import { useState } from "react";
import type { CredentialDialogProps } from "@/components/credentials/credential-actions";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { ZoneHint } from "@/components/credentials/expiry-field";
import { DateTimeInput } from "@/components/ui/date-time-input";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { formatQuantity } from "@/lib/format";
import { REHEARSAL_DAYS, rehearsalEnd } from "@/lib/rehearsals/rules";
import { rehearseDeletionSchema } from "@/lib/rehearsals/schema";

const AT = "at";
const OPTIONS = [
  ...REHEARSAL_DAYS.map((days) => ({ value: String(days), label: `After ${formatQuantity(days, "day")}` })),
  { value: AT, label: "At a date and time…" },
];

/** Until when everything is granted as before, and whom a deletion would have cut is named. */
export function RehearseDialog({ kind, machineId, credential, actions, onClose }: CredentialDialogProps) {
  const texts = CREDENTIAL_TEXTS[kind];
  const [choice, setChoice] = useState("7");
  const [at, setAt] = useState("");
  const toasts = useToasts();
  const isTyped = choice === AT;
  const { form, errors, failure, isPending, submit } = useForm({
    schema: rehearseDeletionSchema,
    action: actions.rehearse,
    lost: texts.lostRehearsal,
    onDone: () => {
      toasts.add({ title: `The deletion of ${credential.id} is rehearsed.` });
      onClose();
    },
  });
  const endsAt = () => (isTyped ? new Date(at) : rehearsalEnd(Number(choice), new Date()));
  return (
    <FormDialog
      title="Rehearse deletion"
      description={
        <>
          <span className="font-mono text-small text-ink">{credential.id}</span>
          {credential.name ? ` (${credential.name})` : ""} works as before, and each host, address and running
          job that its deletion would have cut is named here, in Activity and in a notification. It ends by
          itself; until then you can delete it or cancel at any time.
        </>
      }
      verb="Rehearse"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ machineId, credentialId: credential.id, endsAt: endsAt() })}
      onClose={onClose}
    >
      <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
        <Field label="Ends" error={isTyped ? undefined : errors.endsAt}>
          <Select name="ends" options={OPTIONS} value={choice} onValueChange={setChoice} />
        </Field>
        {isTyped ? (
          <Field label="Date and time" error={errors.endsAt} hint={<ZoneHint at={at} />}>
            <DateTimeInput name="endsAt" value={at} onValueChange={setAt} />
          </Field>
        ) : null}
      </div>
    </FormDialog>
  );
}
