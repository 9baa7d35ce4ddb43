"use client";

import { useState } from "react";
import type { CredentialDialogProps } from "@/components/credentials/credential-actions";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { ForeseenUses } from "@/components/credentials/foreseen-uses";
import { useForeseenRules } from "@/components/credentials/use-foreseen-rules";
import { Alert } from "@/components/ui/banner";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Field, TextArea, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { editRulesSchema } from "@/lib/credentials/schema";
import { formatQuantity } from "@/lib/format";

/** From where a credential may be used and how many tokens it may buy, with what that would have refused. */
export function RulesDialog({ kind, machineId, credential, now, actions, onClose }: CredentialDialogProps) {
  const texts = CREDENTIAL_TEXTS[kind];
  const [addresses, setAddresses] = useState(credential.allowedAddresses.join("\n"));
  const [purchases, setPurchases] = useState(String(credential.purchasesMax ?? ""));
  const [asks, setAsks] = useState(false);
  const [confirmed, setConfirmed] = useState(false);
  const toasts = useToasts();
  const foreseen = useForeseenRules(actions.foreseeRules, credential.id, addresses);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: editRulesSchema,
    action: actions.editRules,
    lost: texts.lostRules,
    onDone: () => {
      toasts.add({ title: `${texts.one} ${credential.id} saved.` });
      onClose();
    },
    onRefused: ({ fieldErrors }) => fieldErrors?.confirmed && setAsks(true),
  });
  const refused = foreseen?.refused.length ?? 0;
  const purchasesMax = purchases.trim() === "" ? null : Number(purchases.trim());
  return (
    <FormDialog
      title="Rules of use"
      description={
        <>
          <span className="font-mono text-small text-ink">{credential.id}</span>
          {credential.name ? ` (${credential.name})` : ""}: whoever breaks them is refused, and Activity says
          why.
        </>
      }
      verb="Save"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ machineId, credentialId: credential.id, addresses, purchasesMax, confirmed })}
      onClose={onClose}
    >
      <Field
        label="Only from these addresses"
        error={errors.addresses ?? foreseen?.problem ?? undefined}
        hint="One a line: an address, or a range such as 10.0.0.0/8 or 2001:db8::/48. Nothing is from anywhere."
      >
        <TextArea
          name="addresses"
          rows={3}
          isCode
          value={addresses}
          onValueChange={(typed) => {
            setAddresses(typed);
            setConfirmed(false);
          }}
        />
      </Field>
      <ForeseenUses foreseen={foreseen} now={now} />
      {asks || refused > 0 ? (
        <LabelledCheckbox
          label={`Refuse ${formatQuantity(refused, "address", "addresses")} that it was used from`}
          checked={confirmed}
          onCheckedChange={setConfirmed}
        />
      ) : null}
      <Alert>{errors.confirmed ?? null}</Alert>
      <Field
        label="Token purchases"
        error={errors.purchasesMax}
        hint={
          credential.purchasesMax === null
            ? "How many tokens it may buy from now on, such as 1 to set a machine up. Nothing is any number."
            : `It has bought ${formatQuantity(credential.purchases, "token")} since this is limited. Nothing is any number.`
        }
      >
        <TextInput
          name="purchasesMax"
          inputMode="numeric"
          autoComplete="off"
          placeholder="Any number"
          value={purchases}
          onValueChange={setPurchases}
        />
      </Field>
    </FormDialog>
  );
}
