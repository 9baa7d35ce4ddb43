"use client";

import { useState } from "react";
import { AddedKeyDialog } from "@/components/credentials/added-key-dialog";
import type { CredentialDialogProps } from "@/components/credentials/credential-actions";
import { ExpiryFields, expiresAtOf, NEVER } from "@/components/credentials/expiry-field";
import { IssuedSecretDialog } from "@/components/credentials/issued-secret-dialog";
import { useIsApiClient } from "@/components/credentials/owner-kind";
import { PasteKey } from "@/components/credentials/paste-key";
import { CutHosts } from "@/components/hosts/cut-hosts";
import { hostsThrough, useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import {
  IN_A_DAY,
  RetirementFields,
  retirementOf,
  WHEN_MOVED,
} from "@/components/rotations/retirement-fields";
import { Alert } from "@/components/ui/banner";
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
    toasts.add({
      title: done.successorId
        ? `Connected robots now fetch ${done.successorId} themselves.`
        : "Connected robots now make new keys themselves.",
    });
    props.onClose();
  };
  if (rotated?.secret) return <IssuedSecretDialog issued={rotated.secret} onClose={props.onClose} />;
  if (rotated?.key) return <AddedKeyDialog added={rotated.key} pair={null} onClose={props.onClose} />;
  return <RotateForm {...props} onRotated={onRotated} />;
}

type RotateFormProps = CredentialDialogProps & { onRotated: (rotated: Rotated) => void };

function RotateForm({ kind, machineId, credential, limits, actions, onRotated, onClose }: RotateFormProps) {
  const isKey = kind === "Key";
  const isApiClient = useIsApiClient();
  const [draft, setDraft] = useState(isApiClient ? IN_A_DAY : WHEN_MOVED);
  const [expiry, setExpiry] = useState(NEVER);
  const [handsOver, setHandsOver] = useState(!isKey && !isApiClient);
  const [isShown, setIsShown] = useState(false);
  const [publicKey, setPublicKey] = useState("");
  const impact = hostsThrough(useConnectedHosts(actions, [machineId]), credential.id);
  const isNow = draft.retirement === "now";
  const handsOverNow = handsOver && !isNow;
  const { form, errors, failure, isPending, submit } = useForm({
    schema: rotateCredentialSchema,
    action: actions.rotate,
    lost: LOST,
    onDone: onRotated,
  });
  const send = () => {
    if (isKey && !handsOverNow && looksPrivate(publicKey)) return;
    void submit({
      machineId,
      credentialId: credential.id,
      ...retirementOf(draft),
      expiresAt: expiresAtOf(expiry),
      handsOver: handsOverNow,
      isShown,
      publicKey: isKey && !handsOverNow ? publicKey : null,
    });
  };
  return (
    <FormDialog
      title={isKey ? "Rotate key" : "Rotate client secret"}
      description={
        <>
          <span className="font-mono text-small text-ink">{credential.id}</span>
          {credential.name ? ` (${credential.name})` : ""}{" "}
          {isKey && handsOverNow
            ? "gives way to keys that its hosts make. It gets its end when the first of them is there."
            : "gets a successor now, with the same name. Both work until the old one ends."}
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
      {isKey && !isNow && !isApiClient ? (
        <HandOver
          label="Hand over: connected robots make new keys themselves"
          warning="Each makes a pair on its host and brings the public half; the private half never leaves it. Not when the old one has leaked: whoever holds it may bring a key, too."
          error={errors.handsOver}
          isChecked={handsOver}
          onChange={setHandsOver}
        />
      ) : null}
      {isKey && !handsOverNow ? (
        <PasteKey text={publicKey} error={errors.publicKey} onChange={setPublicKey} />
      ) : null}
      <ExpiryFields
        label="The new one expires"
        lifetimeDaysMax={limits.lifetimeDaysMax}
        draft={expiry}
        error={errors.expiresAt}
        onChange={setExpiry}
      />
      {isKey || isNow || isApiClient ? null : (
        <div>
          <HandOver
            label="Hand the new one over: connected robots fetch it themselves"
            warning="Not when the old one has leaked: whoever holds it may get the new one, too."
            error={errors.handsOver}
            isChecked={handsOver}
            onChange={setHandsOver}
          />
          {handsOver ? (
            <LabelledCheckbox
              label="Show it to me, too, for robots that do not"
              checked={isShown}
              onCheckedChange={setIsShown}
            />
          ) : null}
        </div>
      )}
      {isNow && !isApiClient ? <CutHosts impact={impact} through="with it" /> : null}
    </FormDialog>
  );
}

type HandOverProps = {
  label: string;
  warning: string;
  error: string | undefined;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
};

function HandOver({ label, warning, error, isChecked, onChange }: HandOverProps) {
  return (
    <div>
      <LabelledCheckbox label={label} checked={isChecked} onCheckedChange={onChange} />
      <p className="mt-1 pl-7 text-small text-muted">{warning}</p>
      <Alert className="mt-2">{error ?? null}</Alert>
    </div>
  );
}
