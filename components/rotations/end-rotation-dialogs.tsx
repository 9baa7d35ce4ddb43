"use client";

import { useState } from "react";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { CutHosts } from "@/components/hosts/cut-hosts";
import { type Cut, disconnectedSentence } from "@/components/hosts/disconnected";
import { hostsThrough, useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { formatQuantity } from "@/lib/format";
import type { RotationView } from "@/lib/rotations/schema";

type EndRotationDialogProps = {
  machineId: string;
  rotation: RotationView;
  actions: CredentialActions;
  onClose: () => void;
};

const LOST = "The server did not answer. Load the page again to see whether the rotation has ended.";

/** The old one lives on; whether the new one does is asked. */
export function CancelRotationDialog({ machineId, rotation, actions, onClose }: EndRotationDialogProps) {
  const { id: rotationId, fromCredentialId, toCredentialId, keyIds, previousEnd } = rotation;
  const successors = toCredentialId === null ? keyIds : [toCredentialId];
  const theNew = toCredentialId === null ? "the new keys" : "the new one";
  const [deletesSuccessor, setDeletes] = useState(false);
  const toasts = useToasts();
  const impact = hostsThrough(useConnectedHosts(actions, [machineId]), ...successors);
  const { failure, isPending, run } = useAttempt({
    lost: LOST,
    onDone: (cut: Cut) => {
      toasts.add({ title: `Rotation cancelled.${disconnectedSentence(cut)}` });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      title="Cancel this rotation?"
      description={
        <>
          <span className="font-mono text-small text-ink">{fromCredentialId}</span> lives on{" "}
          {previousEnd ? (
            <>
              until <Instant at={previousEnd} />, as before.
            </>
          ) : (
            "without an end, as before."
          )}
          {rotation.handsOver ? " Nothing is handed over any more." : ""}
        </>
      }
      buttons={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            look={deletesSuccessor ? "danger" : "primary"}
            aria-busy={isPending}
            onClick={() => run(() => actions.cancelRotation({ machineId, rotationId, deletesSuccessor }))}
          >
            {deletesSuccessor ? `Cancel and delete ${theNew}` : "Cancel rotation"}
          </Button>
        </>
      }
    >
      {successors.length > 0 ? (
        <LabelledCheckbox
          label={
            toCredentialId === null
              ? `Delete ${formatQuantity(keyIds.length, "key")} that hosts have brought as well`
              : `Delete the new one, ${toCredentialId}, as well`
          }
          checked={deletesSuccessor}
          onCheckedChange={setDeletes}
        />
      ) : null}
      {deletesSuccessor ? <CutHosts impact={impact} through={`with ${theNew}`} /> : null}
      <Alert>{failure}</Alert>
    </Dialog>
  );
}

/** The old one ends, whoever has not moved. */
export function EndNowDialog({ machineId, rotation, actions, onClose }: EndRotationDialogProps) {
  const { id: rotationId, fromCredentialId } = rotation;
  const toasts = useToasts();
  const impact = hostsThrough(useConnectedHosts(actions, [machineId]), fromCredentialId);
  const { failure, isPending, run } = useAttempt({
    lost: LOST,
    onDone: () => {
      toasts.add({ title: `${fromCredentialId} has ended.` });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      title="End the old one now?"
      description={
        <>
          <span className="font-mono text-small text-ink">{fromCredentialId}</span> stops working at once and
          for good, whoever has not moved.
        </>
      }
      buttons={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            look="danger"
            aria-busy={isPending}
            onClick={() => run(() => actions.endRotation({ machineId, rotationId }))}
          >
            End the old one now
          </Button>
        </>
      }
    >
      <CutHosts impact={impact} through="with it" />
      <Alert>{failure}</Alert>
    </Dialog>
  );
}
