"use server";

import { editCredential } from "@/lib/credentials/commands/edit-credential";
import {
  addKeySchema,
  deleteCredentialSchema,
  disableCredentialSchema,
  editCredentialSchema,
  editRulesSchema,
  enableCredentialSchema,
  foreseeRulesSchema,
  issueSecretSchema,
} from "@/lib/credentials/schema";
import { listConnectedHosts } from "@/lib/fleet/queries/connected-hosts";
import { foreseeRules } from "@/lib/fleet/queries/foresee-rules";
import { long } from "@/lib/http/deeds";
import { adminAction, adminQuestion } from "@/lib/http/portal/actions";
import { listRunningJobs } from "@/lib/jobs/queries";
import { addKey } from "@/lib/machines/commands/add-key";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { provisionPasted } from "@/lib/machines/commands/provision-machines";
import { enableMachine } from "@/lib/machines/commands/withdraw-machine";
import { checkPasted, ofMachines } from "@/lib/machines/queries";
import { areMany } from "@/lib/machines/rules";
import {
  chosenMachinesSchema,
  deleteMachinesSchema,
  editMachineSchema,
  machineIdSchema,
  pastedMachinesSchema,
  provisionMachineSchema,
} from "@/lib/machines/schema";
import { cancelRehearsal, startRehearsal } from "@/lib/rehearsals/commands";
import { cancelRehearsalSchema, rehearseDeletionSchema } from "@/lib/rehearsals/schema";
import { cancelRotationSchema, endRotationSchema, rotateCredentialSchema } from "@/lib/rotations/schema";
import { connectedHostsSchema } from "@/lib/sessions/schema";
import { addSecrets } from "@/lib/workflows/add-secrets";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableCredential, enableCredential } from "@/lib/workflows/disable-credential";
import { disableMachine, disableMachines, enableMachines } from "@/lib/workflows/disable-machines";
import { editRules } from "@/lib/workflows/edit-rules";
import { cancelRotation, endRotationNow } from "@/lib/workflows/end-rotation";
import { previewMachines } from "@/lib/workflows/preview-machines";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { rotateMachines } from "@/lib/workflows/rotate-machines";
import { saveMachine } from "@/lib/workflows/save-machine";
import { addSecretsSchema, previewMachinesSchema, rotateMachinesSchema } from "@/lib/workflows/schema";

export const provisionMachineAction = adminAction(provisionMachineSchema, provisionMachine);
export const provisionMachinesAction = adminAction(pastedMachinesSchema, long(provisionPasted));
export const checkPastedQuestion = adminQuestion(pastedMachinesSchema, checkPasted);
export const editMachineAction = adminAction(editMachineSchema, saveMachine);
export const enableMachineAction = adminAction(machineIdSchema, enableMachine);
export const disableMachineAction = adminAction(machineIdSchema, disableMachine);
export const deleteMachinesAction = adminAction(deleteMachinesSchema, long(deleteMachines, areMany), {
  recent: true,
});
export const previewMachinesQuestion = adminQuestion(previewMachinesSchema, previewMachines);
export const rotateMachinesAction = adminAction(rotateMachinesSchema, long(rotateMachines, areMany));
export const addSecretsAction = adminAction(addSecretsSchema, long(addSecrets, areMany));
export const disableMachinesAction = adminAction(chosenMachinesSchema, long(disableMachines, areMany));
export const enableMachinesAction = adminAction(chosenMachinesSchema, long(enableMachines, areMany));
export const addSecretAction = adminAction(issueSecretSchema, ofMachines(addSecret));
export const addKeyAction = adminAction(addKeySchema, ofMachines(addKey));
export const editCredentialAction = adminAction(editCredentialSchema, ofMachines(editCredential));
export const rotateCredentialAction = adminAction(rotateCredentialSchema, ofMachines(rotateCredential));
export const cancelRotationAction = adminAction(cancelRotationSchema, ofMachines(cancelRotation));
export const endRotationAction = adminAction(endRotationSchema, ofMachines(endRotationNow));
export const deleteCredentialAction = adminAction(deleteCredentialSchema, ofMachines(deleteCredential));
export const disableCredentialAction = adminAction(
  disableCredentialSchema,
  ofMachines((ctx, input) => disableCredential(ctx, { ...input, tenantId: ctx.actor.tenantId })),
);
export const enableCredentialAction = adminAction(
  enableCredentialSchema,
  ofMachines((ctx, input) => enableCredential(ctx, { ...input, tenantId: ctx.actor.tenantId })),
);
export const rehearseDeletionAction = adminAction(
  rehearseDeletionSchema,
  ofMachines((ctx, input) => startRehearsal(ctx, { ...input, tenantId: ctx.actor.tenantId })),
);
export const cancelRehearsalAction = adminAction(cancelRehearsalSchema, ofMachines(cancelRehearsal));
export const editRulesAction = adminAction(editRulesSchema, ofMachines(editRules));
export const foreseeRulesQuestion = adminQuestion(foreseeRulesSchema, foreseeRules);
export const connectedHostsQuestion = adminQuestion(connectedHostsSchema, listConnectedHosts);
export const runningJobsQuestion = adminQuestion(connectedHostsSchema, listRunningJobs);
