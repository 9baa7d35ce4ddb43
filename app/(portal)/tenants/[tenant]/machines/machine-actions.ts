import {
  addSecretsAction,
  connectedHostsQuestion,
  deleteMachinesAction,
  disableMachineAction,
  disableMachinesAction,
  enableMachineAction,
  enableMachinesAction,
  previewMachinesQuestion,
  rotateMachinesAction,
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

/** What the list does with many of them. */
export const MANY_ACTIONS = {
  preview: previewMachinesQuestion,
  rotateMachines: rotateMachinesAction,
  addSecrets: addSecretsAction,
  disableMachines: disableMachinesAction,
  enableMachines: enableMachinesAction,
  deleteMachines: deleteMachinesAction,
};
