"use client";

import { useState } from "react";
import type { SigningKeyActions } from "@/components/signing-keys/signing-key-actions";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Field, TextArea } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { type Option, Select } from "@/components/ui/select";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { PUBLISHED_BEFORE_MINUTES } from "@/lib/identity/rules";
import { IMPORT_ROLES, type ImportRole, importSigningKeySchema } from "@/lib/identity/schema";

type ImportKeyDialogProps = { importKey: SigningKeyActions["importKey"]; onClose: () => void };

const LABELS: Readonly<Record<ImportRole, string>> = {
  next: "Sign after the present key",
  retired: "Only verify tokens it has signed",
};
const OPTIONS: readonly Option[] = IMPORT_ROLES.map((role) => ({ value: role, label: LABELS[role] }));

const HINTS: Readonly<Record<ImportRole, string>> = {
  next: `It is published now and signs in ${PUBLISHED_BEFORE_MINUTES} minutes.`,
  retired: "Tokens of the other server are good here until they expire, for a day at the most.",
};

/** Takes a private key over from another server. What is pasted leaves the page with the dialog. */
export function ImportKeyDialog({ importKey, onClose }: ImportKeyDialogProps) {
  const toasts = useToasts();
  const [jwk, setJwk] = useState("");
  const [role, setRole] = useState<ImportRole>("next");
  const { form, errors, failure, isPending, submit } = useForm({
    schema: importSigningKeySchema,
    action: importKey,
    lost: LOST_ANSWER,
    onDone: ({ kid }) => {
      toasts.add({ title: `Key ${kid} imported.` });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Import a signing key"
      description="A private key of another server that this one takes over from: it keeps its key ID, so that whoever checks tokens knows it. It is stored encrypted and never shown again."
      verb="Import key"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ jwk, role })}
      onClose={onClose}
    >
      <Field
        label="Private key (JWK)"
        error={errors.jwk}
        hint="One JSON Web Key: EC on P-256, RSA of 2048 to 4096 bits, or Ed25519."
      >
        <TextArea name="jwk" rows={7} isCode value={jwk} onValueChange={setJwk} />
      </Field>
      <Field label="Use" error={errors.role} hint={HINTS[role]}>
        <Select
          name="role"
          options={OPTIONS}
          value={role}
          onValueChange={(chosen) => setRole(IMPORT_ROLES.find((one) => one === chosen) ?? "next")}
        />
      </Field>
    </FormDialog>
  );
}
