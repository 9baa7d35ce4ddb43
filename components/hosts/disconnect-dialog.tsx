"use client";

import type { Action } from "@/components/ui/attempt";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useToasts } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/format";
import type { RobotRow } from "@/lib/sessions/schema";
import { type Cut, disconnectedSentence } from "./disconnected";

type DisconnectDialogProps = {
  robot: RobotRow;
  disconnect: Action<Cut>;
  onClose: () => void;
};

export function DisconnectDialog({ robot, disconnect, onClose }: DisconnectDialogProps) {
  const toasts = useToasts();
  const { runningJobs, hostName, machineName } = robot;
  return (
    <ConfirmDialog
      title="Disconnect this host?"
      description={
        <>
          <span className="font-mono text-small text-ink">{hostName}</span> is cut off at once. Its client
          secret stays valid, so its robot may connect as {machineName} again.
        </>
      }
      verb="Disconnect"
      run={() => disconnect({ sessionId: robot.sessionId })}
      onDone={(cut) => toasts.add({ title: disconnectedSentence(cut).trim() })}
      onClose={onClose}
    >
      <div role="status" className="rounded-control border border-line bg-sunken px-3 py-2">
        {runningJobs.length === 0 ? (
          <p>No job runs there.</p>
        ) : (
          <>
            <p className="font-medium">
              {formatQuantity(runningJobs.length, "running job")} will be stopped:
            </p>
            <ul>
              {runningJobs.map(({ jobId, processName }) => (
                <li key={jobId} className="break-words">
                  {processName}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </ConfirmDialog>
  );
}
