import { readdirSync } from "node:fs";
import { join } from "node:path";
import { addAsset, deleteAsset, removeMachineValue, setAsset } from "@/lib/assets/commands";
import { addAssetSchema } from "@/lib/assets/schema";
import { recordExport } from "@/lib/audit/commands";
import { storeKey } from "@/lib/credentials/commands/add-key";
import { changeRules } from "@/lib/credentials/commands/change-rules";
import { markCredentialDisabled, markCredentialEnabled } from "@/lib/credentials/commands/disable-credential";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import { issueSecret, issueSecrets } from "@/lib/credentials/commands/issue-secret";
import { revokeCredential, revokeCredentialsOfMachines } from "@/lib/credentials/commands/revoke-credential";
import type { AddKeyInput } from "@/lib/credentials/schema";
import type { Ctx, RobotActor, UserActor } from "@/lib/ctx";
import { claimJob } from "@/lib/jobs/commands/claim-job";
import { addProcess, deleteProcess, editProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob, stopJob } from "@/lib/jobs/commands/stop-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { editLimits } from "@/lib/limits/commands";
import { NO_LIMITS } from "@/lib/limits/schema";
import { addKey } from "@/lib/machines/commands/add-key";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { editMachine } from "@/lib/machines/commands/edit-machine";
import { provisionMachine, storeMachines } from "@/lib/machines/commands/provision-machine";
import { provisionMachines, provisionPasted } from "@/lib/machines/commands/provision-machines";
import {
  enableMachine,
  markDeleted,
  markDisabled,
  markEnabled,
} from "@/lib/machines/commands/withdraw-machine";
import { machineDetailsSchema, pastedMachinesSchema, provisionMachineSchema } from "@/lib/machines/schema";
import { editNotifications } from "@/lib/notifications/commands/edit-settings";
import { cancelRehearsal, startRehearsal } from "@/lib/rehearsals/commands";
import { startRotation } from "@/lib/rotations/commands/start-rotation";
import { type Retirement, rotateCredentialSchema } from "@/lib/rotations/schema";
import { openSession } from "@/lib/sessions/commands/open-session";
import {
  chooseLeakResponse,
  editTokenDefaults,
  renameTenant,
  requireSecondFactor,
} from "@/lib/tenants/commands";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { tokenDefaultsSchema } from "@/lib/token-policy/schema";
import { askTestMail, askTestMailFor } from "@/lib/users/commands/ask-test-mail";
import { invitePerson, revokeInvite } from "@/lib/users/commands/invite";
import { changeRole, disablePerson, enablePerson, removePerson } from "@/lib/users/commands/manage-people";
import { makeResetLink } from "@/lib/users/commands/reset-password";
import { addSecrets } from "@/lib/workflows/add-secrets";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableCredential, enableCredential } from "@/lib/workflows/disable-credential";
import { disableMachine, disableMachines, enableMachines } from "@/lib/workflows/disable-machines";
import { disconnectHost } from "@/lib/workflows/disconnect-host";
import { editRules } from "@/lib/workflows/edit-rules";
import { cancelRotation, endRotationNow } from "@/lib/workflows/end-rotation";
import { previewMachines } from "@/lib/workflows/preview-machines";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { rotateMachines } from "@/lib/workflows/rotate-machines";
import { saveMachine } from "@/lib/workflows/save-machine";
import { saveTokenDefaults } from "@/lib/workflows/save-token-defaults";
import { addSecretsSchema, rotateMachinesSchema } from "@/lib/workflows/schema";
import {
  changeRoleAndClients,
  disablePersonAndClients,
  removePersonAndClients,
} from "@/lib/workflows/settle-people";
import {
  previewAddedSecrets,
  previewDeletion,
  previewDisabling,
  previewEnabling,
  previewRotation,
} from "@/lib/workflows/shown-cut";
import { addedKey, newPublicKey } from "@/test/keys";
import {
  act,
  inTransaction,
  newAdmin,
  type Provisioned,
  prisma,
  provisioned,
  robotOf,
  unique,
} from "@/test/world";
import { API_CLIENT_DEEDS, newApiClient } from "./api-client-deeds";
import { newWebhook, WEBHOOK_DEEDS } from "./webhook-deeds";

/** A machine with two live secrets, a key and a connected host, work and assets: something for every deed to work on. */
export type Scene = {
  readonly admin: UserActor;
  readonly machine: Provisioned;
  readonly keyId: string;
  readonly sessionId: string;
  readonly processId: string;
  readonly runningJobId: string;
  readonly assetId: string;
  /** Another administrator of the tenant. */
  readonly colleague: UserActor;
  readonly inviteId: string;
  readonly apiClientId: string;
  readonly webhookId: string;
  readonly deliveryId: string;
};

export async function newScene(admin: UserActor): Promise<Scene> {
  const machine = await provisioned(admin);
  await act(admin, addSecret, machine);
  const { keyId } = await addedKey(admin, machine);
  const robot = <T>(deed: (ctx: Ctx<RobotActor>) => Promise<T>) =>
    inTransaction((db) => deed({ db, actor: robotOf(admin, machine), now: new Date() }));
  const { session } = await robot((ctx) => openSession(ctx, { hostName: "HOST" }));
  const sessionId = session.id;
  const { processId } = await act(admin, addProcess, newProcess());
  await act(admin, startJob, { processId, hostName: "" });
  const claimed = await robot((ctx) => claimJob(ctx, { sessionId }));
  const { assetId } = await act(admin, addAsset, newAsset());
  const colleague = await newAdmin({ id: admin.tenantId, slug: "" });
  await act(admin, invitePerson, { email: `${unique("guest")}@latchkey.test`, role: "Viewer" });
  const invite = await prisma().invite.findFirstOrThrow({
    where: { tenantId: admin.tenantId },
    orderBy: { id: "desc" },
  });
  return {
    admin,
    machine,
    keyId,
    sessionId,
    processId,
    runningJobId: claimed?.id ?? "",
    assetId,
    colleague,
    inviteId: invite.id,
    apiClientId: (await newApiClient(admin)).id,
    ...(await newWebhook(admin)),
  };
}

const newProcess = () => addProcessSchema.parse({ name: unique("process") });
const newAsset = () => addAssetSchema.parse({ name: unique("asset"), type: "Text", value: "kept" });

type Deed = (ctx: Ctx, scene: Scene) => Promise<unknown>;
const newMachine = () => provisionMachineSchema.parse({ name: unique("made"), kind: "Template" });
const details = () => machineDetailsSchema.parse({ name: unique("renamed") });

const newKey = async ({ machineId }: Provisioned): Promise<AddKeyInput> => ({
  machineId,
  name: unique("key"),
  expiresAt: null,
  publicKey: await newPublicKey(),
});
const firstSecret = ({ machineId, secretId }: Provisioned) => ({
  machineId,
  credentialId: secretId,
  kind: "Secret" as const,
});

export const newRehearsal = ({ actor, now }: Omit<Ctx, "db">, { machineId, secretId }: Provisioned) => ({
  tenantId: actor.tenantId,
  machineId,
  credentialId: secretId,
  endsAt: addSeconds(now, DAY_SECONDS),
});

export const rotating = (machine: Provisioned, retirement: Retirement = "moved") =>
  rotateCredentialSchema.parse({ ...firstSecret(machine), retirement, handsOver: true });

const ofMachine = ({ machineId }: Provisioned) => ({ machineIds: [machineId] });

const ofTenant = ({ admin, machine }: Scene) => ({ ...firstSecret(machine), tenantId: admin.tenantId });

const UNNAMED = { name: "", note: "", expiresAt: null };

const editedMachine = ({ machine }: Scene) => ({
  ...details(),
  clientAuthentication: "Key" as const,
  machineId: machine.machineId,
  revision: 1,
});

/** What a new tenant says of tokens, and what it is to say from now on. */
const FRESH = tokenDefaultsSchema.parse({
  tokenLifetimeSeconds: null,
  allowedScopes: [],
  clientAuthentication: "Any",
  requiresDpop: false,
});
const renamed = async (ctx: Ctx, { admin }: Scene) => {
  const where = { id: admin.tenantId };
  const { name: seen } = await ctx.db.tenant.findUniqueOrThrow({ where, select: { name: true } });
  return { tenantId: admin.tenantId, name: "Renamed", seen };
};
const newDefaults = () => ({ seen: FRESH, defaults: { ...FRESH, clientAuthentication: "Key" as const } });

/** Everything an admin can do, by the name of the function that does it. */
export const ADMIN_DEEDS: Readonly<Record<string, Deed>> = {
  provisionMachine: (ctx) => provisionMachine(ctx, newMachine()),
  storeMachines: (ctx) => storeMachines(ctx, [newMachine()]),
  provisionMachines: (ctx) =>
    provisionMachines(ctx, { machines: [newMachine(), newMachine()], mode: "all", recipient: null }),
  provisionPasted: (ctx) => {
    const text = `${newMachine().name}\n${newMachine().name}`;
    return provisionPasted(ctx, pastedMachinesSchema.parse({ kind: "Template", text }));
  },
  addSecret: (ctx, { machine }) => addSecret(ctx, machine),
  editMachine: (ctx, scene) => editMachine(ctx, editedMachine(scene)),
  saveMachine: (ctx, scene) => saveMachine(ctx, editedMachine(scene)),
  editTokenDefaults: (ctx) => editTokenDefaults(ctx, newDefaults()),
  saveTokenDefaults: (ctx) => saveTokenDefaults(ctx, newDefaults()),
  editLimits: (ctx) => editLimits(ctx, { seen: NO_LIMITS, limits: { ...NO_LIMITS, machinesMax: 100 } }),
  editNotifications: (ctx) => editNotifications(ctx, { seen: ["host.unresponsive"], off: [] }),
  chooseLeakResponse: (ctx) => chooseLeakResponse(ctx, { leakResponse: "Tell", seen: "Disable" }),
  renameTenant: async (ctx, scene) => renameTenant(ctx, await renamed(ctx, scene)),
  enableMachine: (ctx, { machine }) => enableMachine(ctx, machine),
  markDisabled: (ctx, { machine }) => markDisabled(ctx, ofMachine(machine)),
  markEnabled: (ctx, { machine }) => markEnabled(ctx, ofMachine(machine)),
  disableMachines: (ctx, { machine }) => disableMachines(ctx, ofMachine(machine)),
  enableMachines: (ctx, { machine }) => enableMachines(ctx, ofMachine(machine)),
  addSecrets: (ctx, { machine }) => addSecrets(ctx, addSecretsSchema.parse(ofMachine(machine))),
  rotateMachines: (ctx, { machine }) =>
    rotateMachines(ctx, rotateMachinesSchema.parse({ ...ofMachine(machine), retirement: "now" })),
  previewMachines: (ctx, { machine }) => previewMachines(ctx, { ...ofMachine(machine), deed: "rotate" }),
  previewDeletion: (ctx, { machine }) => previewDeletion(ctx, ofMachine(machine)),
  previewDisabling: (ctx, { machine }) => previewDisabling(ctx, ofMachine(machine)),
  previewEnabling: (ctx, { machine }) => previewEnabling(ctx, ofMachine(machine)),
  previewRotation: (ctx, { machine }) => previewRotation(ctx, ofMachine(machine)),
  previewAddedSecrets: (ctx, { machine }) => previewAddedSecrets(ctx, ofMachine(machine)),
  markDeleted: (ctx, { machine }) => markDeleted(ctx, { machineIds: [machine.machineId] }),
  issueSecret: (ctx, { machine }) => issueSecret(ctx, machine),
  issueSecrets: (ctx, { machine }) => issueSecrets(ctx, [machine]),
  storeKey: async (ctx, { machine }) => storeKey(ctx, await newKey(machine)),
  addKey: async (ctx, { machine }) => addKey(ctx, await newKey(machine)),
  editCredential: (ctx, { machine }) =>
    editCredential(ctx, {
      ...firstSecret(machine),
      name: "renamed",
      note: "",
      expiresAt: null,
      seen: UNNAMED,
    }),
  rotateCredential: (ctx, { machine }) => rotateCredential(ctx, rotating(machine)),
  cancelRotation: async (ctx, { machine }) => {
    const { rotationId } = await rotateCredential(ctx, rotating(machine));
    const { machineId } = machine;
    return cancelRotation(ctx, { machineId, rotationId, deletesSuccessor: true });
  },
  endRotationNow: async (ctx, { machine }) => {
    const { rotationId } = await rotateCredential(ctx, rotating(machine));
    return endRotationNow(ctx, { machineId: machine.machineId, rotationId });
  },
  startRotation: async (ctx, { machine, keyId }) =>
    startRotation(ctx, {
      machineId: machine.machineId,
      kind: "Secret",
      fromCredentialId: machine.secretId,
      toCredentialId: keyId,
      keysExpireAt: null,
      retiresWhenMoved: true,
      seenDays: 30,
      latestEnd: ctx.now,
      previousEnd: null,
      handsOver: true,
      value: "a secret",
    }),
  revokeCredential: (ctx, { machine }) => revokeCredential(ctx, firstSecret(machine)),
  revokeCredentialsOfMachines: (ctx, { machine }) => revokeCredentialsOfMachines(ctx, [machine.machineId]),
  startRehearsal: (ctx, { machine }) => startRehearsal(ctx, newRehearsal(ctx, machine)),
  cancelRehearsal: async (ctx, { machine }) => {
    await startRehearsal(ctx, newRehearsal(ctx, machine));
    const where = { tenantId: ctx.actor.tenantId, credentialId: machine.secretId };
    const { id } = await ctx.db.rehearsal.findFirstOrThrow({ where, select: { id: true } });
    return cancelRehearsal(ctx, { machineId: machine.machineId, rehearsalId: id });
  },
  disconnectHost: (ctx, scene) => disconnectHost(ctx, scene),
  addProcess: (ctx) => addProcess(ctx, newProcess()),
  editProcess: (ctx, { processId }) => editProcess(ctx, { ...newProcess(), processId }),
  deleteProcess: (ctx, scene) => deleteProcess(ctx, scene),
  startJob: (ctx, { processId }) => startJob(ctx, { processId, hostName: "" }),
  stopJob: (ctx, { runningJobId }) => stopJob(ctx, { jobId: runningJobId }),
  killJob: (ctx, { runningJobId }) => killJob(ctx, { jobId: runningJobId }),
  addAsset: (ctx) => addAsset(ctx, newAsset()),
  setAsset: (ctx, { assetId, machine }) =>
    setAsset(ctx, { assetId, machineId: machine.machineId, username: "", value: "other" }),
  removeMachineValue: (ctx, { assetId, machine }) =>
    removeMachineValue(ctx, { assetId, machineId: machine.machineId }),
  deleteAsset: (ctx, scene) => deleteAsset(ctx, scene),
  invitePerson: (ctx) => invitePerson(ctx, { email: `${unique("new")}@latchkey.test`, role: "Viewer" }),
  revokeInvite: (ctx, scene) => revokeInvite(ctx, scene),
  changeRole: (ctx, { colleague }) => changeRole(ctx, { adminId: colleague.id, role: "Operator" }),
  disablePerson: (ctx, { colleague }) => disablePerson(ctx, { adminId: colleague.id }),
  enablePerson: (ctx, { colleague }) => enablePerson(ctx, { adminId: colleague.id }),
  removePerson: (ctx, { colleague }) => removePerson(ctx, { adminId: colleague.id }),
  changeRoleAndClients: (ctx, { colleague }) =>
    changeRoleAndClients(ctx, { adminId: colleague.id, role: "Operator" }),
  disablePersonAndClients: (ctx, { colleague }) => disablePersonAndClients(ctx, { adminId: colleague.id }),
  removePersonAndClients: (ctx, { colleague }) => removePersonAndClients(ctx, { adminId: colleague.id }),
  requireSecondFactor: (ctx) => requireSecondFactor(ctx, { isRequired: true }),
  askTestMail: (ctx) => askTestMail(ctx),
  askTestMailFor: (ctx, { colleague }) => askTestMailFor(ctx, { adminId: colleague.id }),
  makeResetLink: (ctx, { colleague }) => makeResetLink(ctx, { adminId: colleague.id }),
  ...API_CLIENT_DEEDS,
  ...WEBHOOK_DEEDS,
  recordExport: (ctx) => recordExport(ctx, { format: "csv", filters: {} }),
  deleteMachines: (ctx, { machine }) => deleteMachines(ctx, { machineIds: [machine.machineId] }),
  deleteCredential: (ctx, { machine }) =>
    deleteCredential(ctx, { ...machine, credentialId: machine.secretId, confirmedLast: true }),
  changeRules: (ctx, { machine }) =>
    changeRules(ctx, { ...firstSecret(machine), allowedAddresses: ["10.0.0.0/8"], purchasesMax: 5 }),
  editRules: (ctx, { machine }) =>
    editRules(ctx, { ...firstSecret(machine), addresses: "10.0.0.0/8", purchasesMax: 5, confirmed: false }),
  markCredentialDisabled: (ctx, scene) => markCredentialDisabled(ctx, ofTenant(scene), ""),
  markCredentialEnabled: (ctx, scene) => markCredentialEnabled(ctx, ofTenant(scene)),
  disableCredential: (ctx, scene) => disableCredential(ctx, { ...ofTenant(scene), reason: "seen in a log" }),
  enableCredential: (ctx, scene) => enableCredential(ctx, ofTenant(scene)),
  disableMachine: (ctx, { machine }) => disableMachine(ctx, machine),
};

const lib = join(import.meta.dirname, "../../lib");

function commandFiles(): string[] {
  return readdirSync(lib, { recursive: true, encoding: "utf8" })
    .filter((path) => /^[a-z-]+\/commands(?:\.ts|\/.+\.ts)$|^workflows\/.+\.ts$/.test(path))
    .filter((path) => !/\.test\.ts$|schema\.ts$/.test(path));
}

/** The names of all functions that the rooms' commands and the workflows export. */
export async function exportedDeeds(): Promise<string[]> {
  const modules = await Promise.all(
    commandFiles().map(async (path) => (await import(join(lib, path))) as Record<string, unknown>),
  );
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name)
    .sort();
}
