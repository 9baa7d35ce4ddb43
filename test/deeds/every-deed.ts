import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { AdminActor, Ctx } from "@/lib/ctx";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { editMachine } from "@/lib/machines/commands/edit-machine";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { enableMachine, markDeleted, markDisabled } from "@/lib/machines/commands/withdraw-machine";
import { machineDetailsSchema, provisionMachineSchema } from "@/lib/machines/schema";
import { issueSecret, revokeSecret, revokeSecretsOfMachines } from "@/lib/secrets/commands";
import { endSessions } from "@/lib/sessions/commands/end-sessions";
import { openSession } from "@/lib/sessions/commands/open-session";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { deleteSecret } from "@/lib/workflows/delete-secret";
import { disableMachine } from "@/lib/workflows/disable-machine";
import { act, inTransaction, type Provisioned, provisioned, robotOf, unique } from "@/test/world";

/** A machine with two live secrets and a connected host: something for every deed to work on. */
export type Scene = { readonly machine: Provisioned };

export async function newScene(admin: AdminActor): Promise<Scene> {
  const machine = await provisioned(admin);
  await act(admin, addSecret, machine);
  await inTransaction((db) =>
    openSession({ db, actor: robotOf(admin, machine), now: new Date() }, { hostName: "HOST" }),
  );
  return { machine };
}

type Deed = (ctx: Ctx, scene: Scene) => Promise<unknown>;
const newMachine = () => provisionMachineSchema.parse({ name: unique("made"), kind: "Template" });
const details = () => machineDetailsSchema.parse({ name: unique("renamed") });

/** Everything an admin can do, by the name of the function that does it. */
export const ADMIN_DEEDS: Readonly<Record<string, Deed>> = {
  provisionMachine: (ctx) => provisionMachine(ctx, newMachine()),
  addSecret: (ctx, { machine }) => addSecret(ctx, machine),
  editMachine: (ctx, { machine }) =>
    editMachine(ctx, { ...details(), machineId: machine.machineId, revision: 1 }),
  enableMachine: (ctx, { machine }) => enableMachine(ctx, machine),
  markDisabled: (ctx, { machine }) => markDisabled(ctx, machine),
  markDeleted: (ctx, { machine }) => markDeleted(ctx, { machineIds: [machine.machineId] }),
  issueSecret: (ctx, { machine }) => issueSecret(ctx, machine),
  revokeSecret: (ctx, { machine }) => revokeSecret(ctx, machine),
  revokeSecretsOfMachines: (ctx, { machine }) => revokeSecretsOfMachines(ctx, [machine.machineId]),
  endSessions: (ctx, { machine }) => endSessions(ctx, { machineIds: [machine.machineId] }, "machine deleted"),
  deleteMachines: (ctx, { machine }) => deleteMachines(ctx, { machineIds: [machine.machineId] }),
  deleteSecret: (ctx, { machine }) => deleteSecret(ctx, { ...machine, confirmedLast: true }),
  disableMachine: (ctx, { machine }) => disableMachine(ctx, machine),
};

const lib = join(import.meta.dirname, "../../lib");

function commandFiles(): string[] {
  return readdirSync(lib, { recursive: true, encoding: "utf8" })
    .filter((path) => /^[a-z]+\/commands(?:\.ts|\/.+\.ts)$|^workflows\/.+\.ts$/.test(path))
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
