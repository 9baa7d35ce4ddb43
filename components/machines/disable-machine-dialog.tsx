"use client";

import { useState } from "react";
import { LOST_ANSWER, type MachineActions, type NamedMachine } from "@/components/machines/machine-actions";
import { CutHosts } from "@/components/sessions/cut-hosts";
import { disconnectedSentence } from "@/components/sessions/disconnected";
import { useConnectedHosts } from "@/components/sessions/use-connected-hosts";
import { attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useToasts } from "@/components/ui/toast";

type DisableMachineDialogProps = {
  machine: NamedMachine;
  actions: Pick<MachineActions, "disable" | "askHosts" | "askJobs">;
  onClose: () => void;
};

export function DisableMachineDialog({ machine, actions, onClose }: DisableMachineDialogProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const toasts = useToasts();
  const impact = useConnectedHosts(actions, [machine.id]);

  const disable = async () => {
    if (isPending) return;
    setPending(true);
    setFailure(null);
    const answer = await attempt(() => actions.disable({ machineId: machine.id }), LOST_ANSWER);
    setPending(false);
    if (!answer.ok) return setFailure(answer.message);
    toasts.add({ title: `${machine.name} disabled.${disconnectedSentence(answer.data)}` });
    onClose();
  };

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      title="Disable this machine?"
      description={
        <>
          No robot can connect as <strong className="font-medium text-ink">{machine.name}</strong> until you
          enable it again. Its client secrets and keys stay as they are.
        </>
      }
      buttons={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" aria-busy={isPending} onClick={disable}>
            Disable
          </Button>
        </>
      }
    >
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
      <CutHosts impact={impact} through="as this machine" />
    </Dialog>
  );
}
