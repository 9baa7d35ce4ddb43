"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { DeleteMachineDialog } from "@/components/machines/delete-machine-dialog";
import { DisableMachineDialog } from "@/components/machines/disable-machine-dialog";
import type { MachineActions, NamedMachine } from "@/components/machines/machine-actions";
import { useEnableMachine } from "@/components/machines/use-enable-machine";
import { Button } from "@/components/ui/button";

type MachineDangerZoneProps = {
  machine: NamedMachine & { readonly isEnabled: boolean };
  listPath: string;
  actions: MachineActions;
};

const ROW = "flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-5 py-4";

export function MachineDangerZone({ machine, listPath, actions }: MachineDangerZoneProps) {
  const router = useRouter();
  const [asking, setAsking] = useState<"disable" | "delete" | null>(null);
  const enable = useEnableMachine(actions.enable);
  return (
    <div className="divide-y divide-line rounded-panel border border-danger-line bg-surface">
      <div className={ROW}>
        <div className="min-w-0 basis-80 grow">
          <p className="font-medium">
            {machine.isEnabled ? "Disable this machine" : "This machine is disabled"}
          </p>
          <p className="text-muted">
            {machine.isEnabled
              ? "Cuts its hosts and refuses robots until you enable it again. Its client secrets and keys stay."
              : "No robot can connect as this machine. Its client secrets and keys are kept."}
          </p>
        </div>
        {machine.isEnabled ? (
          <Button look="dangerQuiet" onClick={() => setAsking("disable")}>
            Disable
          </Button>
        ) : (
          <Button onClick={() => enable(machine)}>Enable</Button>
        )}
      </div>
      <div className={ROW}>
        <div className="min-w-0 basis-80 grow">
          <p className="font-medium">Delete this machine</p>
          <p className="text-muted">
            Its client ID and all its client secrets and keys stop working at once and for good.
          </p>
        </div>
        <Button look="dangerQuiet" onClick={() => setAsking("delete")}>
          Delete machine
        </Button>
      </div>
      {asking === "disable" ? (
        <DisableMachineDialog machine={machine} actions={actions} onClose={() => setAsking(null)} />
      ) : null}
      {asking === "delete" ? (
        <DeleteMachineDialog
          machine={machine}
          actions={actions}
          onClose={(isDeleted) => (isDeleted ? router.replace(listPath) : setAsking(null))}
        />
      ) : null}
    </div>
  );
}
