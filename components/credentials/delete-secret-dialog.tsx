"use client";

import { type RefObject, useRef, useState } from "react";
import type { SecretActions } from "@/components/credentials/secrets-section";
import { CutHosts } from "@/components/sessions/cut-hosts";
import { disconnectedSentence } from "@/components/sessions/disconnected";
import { type Impact, useConnectedHosts } from "@/components/sessions/use-connected-hosts";
import { attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Ago } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import type { SecretView } from "@/lib/credentials/schema";

type DeleteSecretDialogProps = {
  machineId: string;
  secret: SecretView;
  now: Date;
  /** It is the only live one. */
  isLast: boolean;
  actions: SecretActions;
  /** Where focus goes afterwards: the button that opened the dialog is gone with the secret. */
  returnTo: RefObject<HTMLElement | null>;
  onClose: () => void;
};

const LOST = "The server did not answer. Load the page again to see whether the secret is deleted.";
const LAST = "Delete the last secret: no robot can connect as this machine any more";

export function DeleteSecretDialog({
  machineId,
  secret,
  now,
  isLast,
  actions,
  returnTo,
  onClose,
}: DeleteSecretDialogProps) {
  const [asksLast, setAsksLast] = useState(isLast);
  const [confirmedLast, setConfirmedLast] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isDeleted = useRef(false);
  const toasts = useToasts();
  const impact = throughSecret(useConnectedHosts(actions, [machineId]), secret.id);

  const remove = async () => {
    if (isPending) return;
    setPending(true);
    setFailure(null);
    const answer = await attempt(
      actions.deleteSecret({ machineId, secretId: secret.id, confirmedLast }),
      LOST,
    );
    setPending(false);
    if (answer.ok) {
      isDeleted.current = true;
      toasts.add({
        title: `Secret ${secret.id} deleted.${disconnectedSentence(answer.data)}`,
      });
      return onClose();
    }
    // Somebody deleted the others meanwhile: now this one is the last, and that has to be asked.
    if (answer.fieldErrors?.confirmedLast) setAsksLast(true);
    setFailure(answer.fieldErrors?.confirmedLast ?? answer.message);
  };

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      finalFocus={() => (isDeleted.current ? returnTo.current : true)}
      title="Delete this client secret?"
      description={
        <>
          <span className="font-mono text-[0.8125rem] text-ink">{secret.id}</span> stops working at once and
          for good.{" "}
          {secret.lastUsedAt ? (
            <>
              It was last used <Ago at={secret.lastUsedAt} now={now} />
              {secret.lastUsedAddress ? ` from ${secret.lastUsedAddress}` : ""}.
            </>
          ) : (
            "It was never used."
          )}
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
        <LabelledCheckbox label={LAST} checked={confirmedLast} onCheckedChange={setConfirmedLast} />
      ) : null}
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
    </Dialog>
  );
}

function throughSecret(impact: Impact, secretId: string): Impact {
  if (impact.state !== "known") return impact;
  const hosts = impact.hosts.filter((host) => host.credentialId === secretId);
  const cut = new Set(hosts.map(({ sessionId }) => sessionId));
  return { state: "known", hosts, jobs: impact.jobs.filter(({ sessionId }) => cut.has(sessionId)) };
}
