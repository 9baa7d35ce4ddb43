"use client";

import { LOST_ANSWER, type MachineActions, type NamedMachine } from "@/components/machines/machine-actions";
import { attempt } from "@/components/ui/attempt";
import { useToasts } from "@/components/ui/toast";

/** Enabling cuts nothing, so it asks nothing. */
export function useEnableMachine(enable: MachineActions["enable"]) {
  const toasts = useToasts();
  return async ({ id, name }: NamedMachine) => {
    const answer = await attempt(() => enable({ machineId: id }), LOST_ANSWER);
    toasts.add(
      answer.ok
        ? { title: `${name} enabled.` }
        : { title: answer.message, priority: "high", type: "failure" },
    );
  };
}
