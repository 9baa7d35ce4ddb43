import type { MachineActions } from "@/components/machines/machine-actions";
import {
  connectedHostsQuestion,
  deleteMachinesAction,
  disableMachineAction,
  enableMachineAction,
  runningJobsQuestion,
} from "./actions";

/** The actions of one tenant, as the list and the edit page hand them to their components. */
export function machineActionsOf(tenantSlug: string): MachineActions {
  return {
    enable: enableMachineAction.bind(null, tenantSlug),
    disable: disableMachineAction.bind(null, tenantSlug),
    deleteMachines: deleteMachinesAction.bind(null, tenantSlug),
    askHosts: connectedHostsQuestion.bind(null, tenantSlug),
    askJobs: runningJobsQuestion.bind(null, tenantSlug),
  };
}
