import { encrypterTo } from "@/lib/age";
import type { Ctx, RobotActor } from "@/lib/ctx";
import type { Refusal } from "@/lib/errors";
import { getLimits } from "@/lib/limits/queries";
import type { Limits } from "@/lib/limits/schema";
import { allow } from "@/lib/permissions";
import { knownScopes } from "@/lib/token-policy/rules";
import { errorsIn, readPasted } from "./pasted";
import { namedTwice, noSuchMachine, takenName, tooManyMachines } from "./refusals";
import { nameKey, problemOf, readMachine } from "./rules";
import {
  type CheckedMachines,
  MACHINES_MEANT_MAX,
  MACHINES_OFFERED_MAX,
  type MachineDetails,
  type MachineKind,
  type MachineLine,
  type MachineView,
  machineDetailsSchema,
  type PastedError,
  type PastedMachines,
  type ProvisionMachinesInput,
} from "./schema";

/** What a machine's form holds. */
export const MACHINE_FORM = Object.fromEntries(
  Object.keys(machineDetailsSchema.shape).map((name) => [name, true]),
) as Readonly<Record<keyof MachineDetails, true>>;

/** Robots run from it: it is no API client. */
export const OF_ROBOTS = { kind: { not: "ApiClient" } } as const;

/** @returns what it is where robots run from it; null for an API client */
const kindOfRobots = (kind: MachineKind | "ApiClient"): MachineKind | null =>
  kind === "ApiClient" ? null : kind;

/** @returns the machine as its edit page shows it, or null when the tenant has none of that id. */
export async function getMachine(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<MachineView | null> {
  const row = await ctx.db.machine.findFirst({
    where: { id: machineId, tenantId: ctx.actor.tenantId, deletedAt: null },
    select: {
      ...MACHINE_FORM,
      id: true,
      kind: true,
      clientId: true,
      revision: true,
      createdAt: true,
      createdBy: { select: { email: true } },
      createdByClient: true,
      disabledAt: true,
    },
  });
  const kind = row && kindOfRobots(row.kind);
  if (!kind) return null;
  const { disabledAt, createdBy, createdByClient, allowedScopes, ...view } = row;
  return {
    ...view,
    kind,
    allowedScopes: knownScopes(allowedScopes),
    createdBy: createdBy?.email ?? createdByClient,
    isEnabled: disabledAt === null,
  };
}

/** @returns what a robot needs to know of the machine it connects as, or null when it is gone. */
export async function findOwnMachine(
  ctx: Ctx<RobotActor>,
): Promise<{ id: string; kind: MachineKind; name: string } | null> {
  const row = await ctx.db.machine.findFirst({
    where: { id: ctx.actor.id, tenantId: ctx.actor.tenantId, deletedAt: null, disabledAt: null },
    select: { id: true, kind: true, name: true },
  });
  const kind = row && kindOfRobots(row.kind);
  return kind && { ...row, kind };
}

/** @returns the machine's name, or null when the tenant has none of that id */
export async function findMachineName(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<string | null> {
  const machine = await ctx.db.machine.findFirst({
    where: { id: machineId, tenantId: ctx.actor.tenantId, deletedAt: null, ...OF_ROBOTS },
    select: { name: true },
  });
  return machine?.name ?? null;
}

/** @returns the deed for machines alone: what is done to an API client asks people for their password again, and has doors of its own */
export const ofMachines =
  <I extends { readonly machineId: string }, T>(deed: (ctx: Ctx, input: I) => Promise<T>) =>
  async (ctx: Ctx, input: I): Promise<T> => {
    // Afterwards, in its transaction: who may not do it at all is told so first.
    const done = await deed(ctx, input);
    if (!(await findMachineName(ctx, input))) throw noSuchMachine();
    return done;
  };

/** @returns what machines are called, deleted ones too; ids of other tenants and unknown ones are not among them */
export async function nameMachines(
  ctx: Ctx,
  machineIds: readonly string[],
): Promise<{ id: string; name: string; isDeleted: boolean }[]> {
  const rows = await ctx.db.machine.findMany({
    where: { tenantId: ctx.actor.tenantId, id: { in: [...machineIds] } },
    select: { id: true, name: true, deletedAt: true },
  });
  return rows.map(({ id, name, deletedAt }) => ({ id, name, isDeleted: deletedAt !== null }));
}

/**
 * @param inputs machines that are to be provisioned
 * @returns for each in turn why it cannot be, so far as that is known before it is written; null where nothing stands against it
 */
export async function refuseNewMachines(
  ctx: Ctx,
  inputs: readonly { readonly name: string }[],
  { machinesMax }: Pick<Limits, "machinesMax">,
): Promise<readonly (Refusal | null)[]> {
  const keys = inputs.map(({ name }) => nameKey(name));
  const seen = new Set<string>();
  const known = await ctx.db.machine.findMany({
    where: { tenantId: ctx.actor.tenantId, nameKey: { in: keys } },
    select: { nameKey: true },
  });
  const taken = new Set(known.map((machine) => machine.nameKey));
  let there = machinesMax === null ? 0 : await countMachines(ctx);
  return inputs.map(({ name }, index) => {
    const key = keys[index] ?? "";
    if (taken.has(key)) return takenName(name);
    if (seen.has(key)) return namedTwice(name);
    seen.add(key);
    if (machinesMax !== null && there >= machinesMax) return tooManyMachines(there, machinesMax);
    there += 1;
    return null;
  });
}

/** @returns what stands against many machines that are to be provisioned, each by its index; nothing is written */
export async function checkMachines(
  ctx: Ctx,
  { machines }: Pick<ProvisionMachinesInput, "machines">,
): Promise<{ results: MachineLine[] }> {
  allow(ctx.actor, "machines.provision");
  const lines = machines.map(readMachine);
  const right = lines.flatMap(({ index, input }) => (input ? [{ index, name: input.name }] : []));
  const refusals = await refuseNewMachines(ctx, right, await getLimits(ctx));
  const refused = new Map(right.map(({ index }, place) => [index, refusals[place] ?? null]));
  return {
    results: lines.map(({ index, name, problem }) => {
      const refusal = refused.get(index);
      return { index, name, problem: refusal ? problemOf(refusal) : problem };
    }),
  };
}

/** How many of pasted machines are shown before they are provisioned. */
const SHOWN_FIRST = 8;

/** @returns what would become of pasted machines, and everything that is wrong with them by its line; nothing is written @throws Refusal `invalid` at `recipient` */
export async function checkPasted(ctx: Ctx, pasted: PastedMachines): Promise<CheckedMachines> {
  allow(ctx.actor, "machines.provision");
  if (pasted.recipient !== null) encrypterTo(pasted.recipient);
  const { lines, errors } = readPasted(pasted);
  const byThemselves = errorsIn(lines);
  const { results } = await checkMachines(ctx, { machines: lines.map(({ machine }) => machine) });
  const found = lines.flatMap(({ line }, index): readonly PastedError[] => {
    const wrong = byThemselves.get(line) ?? [];
    const problem = results[index]?.problem;
    return wrong.length > 0 || !problem ? wrong : [{ line, field: problem.field, detail: problem.detail }];
  });
  return {
    count: lines.length,
    first: lines.slice(0, SHOWN_FIRST),
    errors: [...errors, ...found].toSorted((one, other) => one.line - other.line),
  };
}

/** One of many machines that a deed is about. */
export type ChosenMachine = { readonly id: string; readonly name: string; readonly clientId: string };

/** @returns those of the ids that are a machine of the tenant, by id */
export async function listChosen(ctx: Ctx, machineIds: readonly string[]): Promise<ChosenMachine[]> {
  return ctx.db.machine.findMany({
    where: { tenantId: ctx.actor.tenantId, id: { in: [...machineIds] }, deletedAt: null, ...OF_ROBOTS },
    orderBy: { id: "asc" },
    select: { id: true, name: true, clientId: true },
  });
}

/** @returns how many machines the tenant has */
export async function countMachines(ctx: Ctx): Promise<number> {
  return ctx.db.machine.count({ where: { tenantId: ctx.actor.tenantId, deletedAt: null, ...OF_ROBOTS } });
}

/** @returns ids of machines with that in their name, or with that id or client id; deleted ones too, the newest first, at most `MACHINES_MEANT_MAX` */
export async function findMachineIds(ctx: Ctx, text: string): Promise<string[]> {
  const isId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
  const rows = await ctx.db.machine.findMany({
    where: {
      tenantId: ctx.actor.tenantId,
      OR: [
        // Prisma leaves the wild cards of LIKE as they are.
        { name: { contains: text.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } },
        ...(isId ? [{ id: text }, { clientId: text }] : []),
      ],
    },
    orderBy: { createdAt: "desc" },
    take: MACHINES_MEANT_MAX,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** @returns machines to choose from, by name, so many as a form offers */
export async function listMachineNames(ctx: Ctx): Promise<{ id: string; name: string }[]> {
  return ctx.db.machine.findMany({
    where: { tenantId: ctx.actor.tenantId, deletedAt: null, ...OF_ROBOTS },
    orderBy: { nameKey: "asc" },
    take: MACHINES_OFFERED_MAX,
    select: { id: true, name: true },
  });
}

/** @returns how many jobs of each runtime type a host of the robot's machine may run at once */
export async function findOwnRuntimes(
  ctx: Ctx<RobotActor>,
): Promise<{ Unattended: number; NonProduction: number; Testing: number }> {
  const machine = await ctx.db.machine.findFirst({
    where: { id: ctx.actor.id, tenantId: ctx.actor.tenantId, deletedAt: null },
    select: { unattendedRuntimes: true, nonProductionRuntimes: true, testingRuntimes: true },
  });
  return {
    Unattended: machine?.unattendedRuntimes ?? 0,
    NonProduction: machine?.nonProductionRuntimes ?? 0,
    Testing: machine?.testingRuntimes ?? 0,
  };
}
