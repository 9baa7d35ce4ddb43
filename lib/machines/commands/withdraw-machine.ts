import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { OF_ROBOTS } from "@/lib/machines/queries";
import { noSuchMachine } from "@/lib/machines/refusals";
import { allow } from "@/lib/permissions";
import { lockMachines } from "./lock-machine";

type Chosen = { readonly machineIds: readonly string[] };

/**
 * Machines whose robots are let in again, or not any more. The write is its own guard: one that is so already is not among them.
 * @returns those that were changed, by id
 */
async function mark(
  ctx: Ctx,
  { machineIds }: Chosen,
  disabledAt: Date | null,
): Promise<{ id: string; name: string }[]> {
  return ctx.db.machine.updateManyAndReturn({
    where: {
      id: { in: [...machineIds] },
      tenantId: ctx.actor.tenantId,
      deletedAt: null,
      disabledAt: disabledAt === null ? { not: null } : null,
      ...OF_ROBOTS,
    },
    data: { disabledAt },
    select: { id: true, name: true },
  });
}

/** Lets disabled machines' robots buy tokens again. @returns ids of those that were disabled */
export async function markEnabled(ctx: Ctx, chosen: Chosen): Promise<string[]> {
  allow(ctx.actor, "machines.disable");
  const enabled = await mark(ctx, chosen, null);
  await record(
    ctx,
    enabled.map(({ id, name }) => ({ type: "machine.enabled" as const, machineId: id, name })),
  );
  return enabled.map(({ id }) => id);
}

/**
 * Refuses the machines' robots from now on. What hangs on them is cut by the workflow that calls this.
 * @returns ids of those that were enabled before
 */
export async function markDisabled(ctx: Ctx, chosen: Chosen): Promise<string[]> {
  allow(ctx.actor, "machines.disable");
  const disabled = await mark(ctx, chosen, ctx.now);
  await record(
    ctx,
    disabled.map(({ id, name }) => ({ type: "machine.disabled" as const, machineId: id, name })),
  );
  return disabled.map(({ id }) => id);
}

/** Lets a disabled machine's robots buy tokens again. Enabling an enabled machine changes nothing. */
export async function enableMachine(ctx: Ctx, { machineId }: { readonly machineId: string }): Promise<null> {
  allow(ctx.actor, "machines.disable");
  const [machine] = await lockMachines(ctx, [machineId]);
  if (!machine) throw noSuchMachine();
  await markEnabled(ctx, { machineIds: [machineId] });
  return null;
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
