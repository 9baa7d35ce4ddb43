"use client";

import { CutHosts } from "@/components/hosts/cut-hosts";
import { type Cut, disconnectedSentence } from "@/components/hosts/disconnected";
import { useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import { LOST_ANSWER, type MachineActions, type NamedMachine } from "@/components/machines/machine-actions";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";

type DisableMachineDialogProps = {
  machine: NamedMachine;
  actions: Pick<MachineActions, "disable" | "askHosts" | "askJobs">;
  onClose: () => void;
};

export function DisableMachineDialog({ machine, actions, onClose }: DisableMachineDialogProps) {
  const toasts = useToasts();
  const impact = useConnectedHosts(actions, [machine.id]);

  const { failure, isPending, run } = useAttempt({
    lost: LOST_ANSWER,
    onDone: (cut: Cut) => {
      toasts.add({ title: `${machine.name} disabled.${disconnectedSentence(cut)}` });
      onClose();
    },
  });

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
          <Button
            look="danger"
            aria-busy={isPending}
            onClick={() => run(() => actions.disable({ machineId: machine.id }))}
          >
            Disable
          </Button>
        </>
      }
    >
      <Alert>{failure}</Alert>
      <CutHosts impact={impact} through="as this machine" />
    </Dialog>
  );
}
