"use client";

import { useRef, useState } from "react";
import type { CredentialDialogProps } from "@/components/credentials/credential-actions";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { LastUse } from "@/components/credentials/last-use";
import { CutHosts } from "@/components/hosts/cut-hosts";
import { type Cut, disconnectedSentence } from "@/components/hosts/disconnected";
import { hostsThrough, useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { credentialState } from "@/lib/credentials/rules";

export function DeleteCredentialDialog({
  kind,
  machineId,
  credential,
  now,
  isLast,
  actions,
  returnTo,
  onClose,
}: CredentialDialogProps) {
  const texts = CREDENTIAL_TEXTS[kind];
  const isExpired = credentialState(credential, now) === "Expired";
  const [asksLast, setAsksLast] = useState(isLast);
  const [confirmedLast, setConfirmedLast] = useState(false);
  const isDeleted = useRef(false);
  const toasts = useToasts();
  const impact = hostsThrough(useConnectedHosts(actions, [machineId]), credential.id);

  const { failure, isPending, run } = useAttempt({
    lost: texts.lost,
    onDone: (cut: Cut) => {
      isDeleted.current = true;
      toasts.add({ title: `${texts.one} ${credential.id} deleted.${disconnectedSentence(cut)}` });
      onClose();
    },
    onRefused: ({ fieldErrors, message }) => {
      // Somebody deleted the others meanwhile: now this one is the last, and that has to be asked.
      if (fieldErrors?.confirmedLast) setAsksLast(true);
      return fieldErrors?.confirmedLast ?? message;
    },
  });
  const remove = () => run(() => actions.remove({ machineId, credentialId: credential.id, confirmedLast }));

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      finalFocus={() => (isDeleted.current ? returnTo.current : true)}
      title={texts.question}
      description={
        <>
          <span className="font-mono text-small text-ink">{credential.id}</span>
          {credential.name ? ` (${credential.name})` : ""}{" "}
          {isExpired ? "has expired: nobody can use it." : "stops working at once and for good."}{" "}
          <LastUse of={credential} now={now} />
        </>
      }
      buttons={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" aria-busy={isPending} disabled={asksLast && !confirmedLast} onClick={remove}>
            Delete
          </Button>
        </>
      }
    >
      <CutHosts impact={impact} through="with it" />
      {asksLast ? (
        <LabelledCheckbox label={texts.last} checked={confirmedLast} onCheckedChange={setConfirmedLast} />
      ) : null}
      <Alert>{failure}</Alert>
    </Dialog>
  );
}
