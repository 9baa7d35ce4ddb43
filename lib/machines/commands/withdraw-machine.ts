import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { OF_ROBOTS } from "@/lib/machines/queries";
import { noSuchMachine } from "@/lib/machines/refusals";
import { allow } from "@/lib/permissions";
import { type LockedMachine, lockMachine } from "./lock-machine";

/** An API client has deeds of its own. */
async function lockRobots(ctx: Ctx, machineId: string): Promise<LockedMachine> {
  const machine = await lockMachine(ctx, machineId);
  if (machine.isApiClient) throw noSuchMachine();
  return machine;
}

/** Lets a disabled machine's robots buy tokens again. Enabling an enabled machine changes nothing. */
export async function enableMachine(ctx: Ctx, { machineId }: { readonly machineId: string }): Promise<null> {
  allow(ctx.actor, "machines.disable");
  const machine = await lockRobots(ctx, machineId);
  if (machine.isEnabled) return null;
  await ctx.db.machine.updateMany({
    where: { id: machineId, tenantId: ctx.actor.tenantId },
    data: { disabledAt: null },
  });
  await record(ctx, [{ type: "machine.enabled", machineId, name: machine.name }]);
  return null;
}

/**
 * Refuses the machine's robots from now on. What hangs on it is cut by the workflow that calls this.
 * @returns whether it was enabled before
 */
export async function markDisabled(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<boolean> {
  allow(ctx.actor, "machines.disable");
  const machine = await lockRobots(ctx, machineId);
  if (!machine.isEnabled) return false;
  await ctx.db.machine.updateMany({
    where: { id: machineId, tenantId: ctx.actor.tenantId },
    data: { disabledAt: ctx.now },
  });
  await record(ctx, [{ type: "machine.disabled", machineId, name: machine.name }]);
  return true;
}

/**
 * Deletes machines for ever and frees their names; the rows stay as the record behind audit and sessions.
 * @returns the ids that this call deleted; ids of other tenants, unknown ones and those already deleted are not among them
 */
export async function markDeleted(
  ctx: Ctx,
  { machineIds }: { readonly machineIds: readonly string[] },
): Promise<string[]> {
  allow(ctx.actor, "machines.delete");
  const deleted = await ctx.db.machine.updateManyAndReturn({
    where: { id: { in: [...machineIds] }, tenantId: ctx.actor.tenantId, deletedAt: null, ...OF_ROBOTS },
    data: { deletedAt: ctx.now, nameKey: null },
    select: { id: true, name: true },
  });
  await record(
    ctx,
    deleted.map(({ id, name }) => ({ type: "machine.deleted" as const, machineId: id, name })),
  );
  return deleted.map(({ id }) => id);
}
