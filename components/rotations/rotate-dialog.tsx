"use client";

import { useState } from "react";
import { AddedKeyDialog } from "@/components/credentials/added-key-dialog";
import type { CredentialDialogProps } from "@/components/credentials/credential-actions";
import { ExpiryFields, expiresAtOf, NEVER } from "@/components/credentials/expiry-field";
import { IssuedSecretDialog } from "@/components/credentials/issued-secret-dialog";
import { PasteKey } from "@/components/credentials/paste-key";
import { CutHosts } from "@/components/hosts/cut-hosts";
import { hostsThrough, useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import { RetirementFields, retirementOf, WHEN_MOVED } from "@/components/rotations/retirement-fields";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { FormDialog } from "@/components/ui/form-dialog";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { looksPrivate } from "@/lib/credentials/rules";
import { type Rotated, rotateCredentialSchema } from "@/lib/rotations/schema";

const LOST =
  "The server did not answer, so there may be a new one that nobody saw. Load the page again; if a rotation has begun, cancel it and delete the new one.";

/** Gives a secret or key a successor, and says when it ends itself; then shows the successor, once, unless only robots are to get it. */
export function RotateDialog(props: CredentialDialogProps) {
  const [rotated, setRotated] = useState<Rotated | null>(null);
  const toasts = useToasts();
  const onRotated = (done: Rotated) => {
    setRotated(done);
    if (done.secret || done.key) return;
    toasts.add({ title: `Connected robots now fetch ${done.successorId} themselves.` });
    props.onClose();
  };
  if (rotated?.secret) return <IssuedSecretDialog issued={rotated.secret} onClose={props.onClose} />;
  if (rotated?.key) return <AddedKeyDialog added={rotated.key} pair={null} onClose={props.onClose} />;
  return <RotateForm {...props} onRotated={onRotated} />;
}

type RotateFormProps = CredentialDialogProps & { onRotated: (rotated: Rotated) => void };

function RotateForm({ kind, machineId, credential, limits, actions, onRotated, onClose }: RotateFormProps) {
  const isKey = kind === "Key";
  const [draft, setDraft] = useState(WHEN_MOVED);
  const [expiry, setExpiry] = useState(NEVER);
  const [handsOver, setHandsOver] = useState(!isKey);
  const [isShown, setIsShown] = useState(false);
  const [publicKey, setPublicKey] = useState("");
  const impact = hostsThrough(useConnectedHosts(actions, [machineId]), credential.id);
  const isNow = draft.retirement === "now";
  const { form, errors, failure, isPending, submit } = useForm({
    schema: rotateCredentialSchema,
    action: actions.rotate,
    lost: LOST,
    onDone: onRotated,
  });
  const send = () => {
    if (isKey && looksPrivate(publicKey)) return;
    void submit({
      machineId,
      credentialId: credential.id,
      ...retirementOf(draft),
      expiresAt: expiresAtOf(expiry),
      handsOver: handsOver && !isNow,
      isShown,
      publicKey: isKey ? publicKey : null,
    });
  };
  return (
    <FormDialog
      title={isKey ? "Rotate key" : "Rotate client secret"}
      description={
        <>
          <span className="font-mono text-small text-ink">{credential.id}</span>
          {credential.name ? ` (${credential.name})` : ""} gets a successor now, with the same name. Both work
          until the old one ends.
        </>
      }
      verb="Rotate"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={send}
      onClose={onClose}
    >
      <RetirementFields draft={draft} errors={errors} onChange={setDraft} />
      {isKey ? <PasteKey text={publicKey} error={errors.publicKey} onChange={setPublicKey} /> : null}
      <ExpiryFields
        label="The new one expires"
        lifetimeDaysMax={limits.lifetimeDaysMax}
        draft={expiry}
        error={errors.expiresAt}
        onChange={setExpiry}
      />
      {isKey || isNow ? null : (
        <div>
          <LabelledCheckbox
            label="Hand the new one over: connected robots fetch it themselves"
            checked={handsOver}
            onCheckedChange={setHandsOver}
          />
          <p className="mt-1 pl-7 text-small text-muted">
            Not when the old one has leaked: whoever holds it may get the new one, too.
          </p>
          {handsOver ? (
            <LabelledCheckbox
              label="Show it to me, too, for robots that do not"
              checked={isShown}
              onCheckedChange={setIsShown}
            />
          ) : null}
        </div>
      )}
      {isNow ? <CutHosts impact={impact} through="with it" /> : null}
    </FormDialog>
  );
}
