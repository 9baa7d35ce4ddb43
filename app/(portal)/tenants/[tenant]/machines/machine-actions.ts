import {
  connectedHostsQuestion,
  deleteMachinesAction,
  disableMachineAction,
  enableMachineAction,
  runningJobsQuestion,
} from "./actions";

/** What both the list and the edit page do with machines. */
export const MACHINE_ACTIONS = {
  enable: enableMachineAction,
  disable: disableMachineAction,
  deleteMachines: deleteMachinesAction,
  askHosts: connectedHostsQuestion,
  askJobs: runningJobsQuestion,
};
