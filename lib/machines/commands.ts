import { randomUUID } from "node:crypto";
import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";
import { allow } from "@/lib/permissions";
import { issueSecret } from "@/lib/secrets/commands";
import type { IssuedSecret } from "@/lib/secrets/schema";
import { nameKey } from "./rules";
import type { EditMachineInput, ProvisionMachineInput } from "./schema";

const notFound = () => new Refusal("not_found", "There is no such machine. It may have been deleted.");

/** The unique index decides; this only says so in words. */
function refuseTakenName(error: unknown, name: string): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
    throw new Refusal("conflict", `A machine named “${name}” already exists in this tenant.`, {
      field: "name",
    });
  }
  throw error;
}

/**
 * Takes the machine's row for this transaction, so that deeds on one machine come one after the other.
 * @throws Refusal `not_found` when the tenant has no such machine
 */
export async function holdMachine(
  ctx: Ctx,
  machineId: string,
): Promise<{ name: string; clientId: string; isEnabled: boolean }> {
  const [row] = await ctx.db.$queryRaw<{ name: string; client_id: string; disabled_at: Date | null }[]>`
    SELECT name, client_id, disabled_at FROM machines
     WHERE id = ${machineId}::uuid AND tenant_id = ${ctx.actor.tenantId}::uuid AND deleted_at IS NULL
       FOR NO KEY UPDATE`;
  if (!row) throw notFound();
  return { name: row.name, clientId: row.client_id, isEnabled: row.disabled_at === null };
}

/**
 * Creates a machine with its first secret, or neither.
 * @returns the machine's id and the secret with its value, which nothing can return again
 * @throws Refusal `conflict` at `name` when the tenant has a machine of that name, whatever the case
 */
export async function provisionMachine(
  ctx: Ctx,
  input: ProvisionMachineInput,
): Promise<IssuedSecret & { machineId: string }> {
  allow(ctx.actor, "machines.provision");
  const machine = await ctx.db.machine
    .create({
      data: {
        ...input,
        tenantId: ctx.actor.tenantId,
        nameKey: nameKey(input.name),
        clientId: randomUUID(),
        createdAt: ctx.now,
        createdById: ctx.actor.id,
      },
      select: { id: true, clientId: true },
    })
    .catch((error: unknown) => refuseTakenName(error, input.name));
  await record(ctx, [
    {
      type: "machine.provisioned",
      machineId: machine.id,
      name: input.name,
      kind: input.kind,
      clientId: machine.clientId,
    },
  ]);
  const issued = await issueSecret(ctx, { machineId: machine.id });
  return { ...issued, machineId: machine.id, machineName: input.name, clientId: machine.clientId };
}

/**
 * Adds a client secret to a machine; those it has stay valid.
 * @throws Refusal `not_found`, or `limit_reached` at the eleventh live secret
 */
export async function addSecret(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<IssuedSecret> {
  allow(ctx.actor, "secrets.issue");
  const machine = await holdMachine(ctx, machineId);
  const issued = await issueSecret(ctx, { machineId });
  return { ...issued, machineName: machine.name, clientId: machine.clientId };
}

/**
 * Saves the details form.
 * @throws Refusal `conflict` when somebody saved since the form was filled (`revision`), or at `name` when it is taken
 */
export async function editMachine(
  ctx: Ctx,
  { machineId, revision, ...details }: EditMachineInput,
): Promise<{ revision: number }> {
  allow(ctx.actor, "machines.edit");
  const scope = { id: machineId, tenantId: ctx.actor.tenantId, deletedAt: null };
  const before = await ctx.db.machine.findFirst({
    where: scope,
    select: {
      name: true,
      description: true,
      unattendedRuntimes: true,
      nonProductionRuntimes: true,
      testingRuntimes: true,
      processType: true,
      processCompatibility: true,
      tags: true,
    },
  });
  if (!before) throw notFound();
  const { count } = await ctx.db.machine
    .updateMany({
      where: { ...scope, revision },
      data: { ...details, nameKey: nameKey(details.name), revision: revision + 1 },
    })
    .catch((error: unknown) => refuseTakenName(error, details.name));
  if (count === 0) {
    throw new Refusal(
      "conflict",
      "Somebody else saved this machine while you were editing. Reload to see their changes, then make yours again.",
    );
  }
  await record(ctx, [{ type: "machine.edited", machineId, before, after: details }]);
  return { revision: revision + 1 };
}

/** Lets a disabled machine's robots buy tokens again. Enabling an enabled machine changes nothing. */
export async function enableMachine(ctx: Ctx, { machineId }: { readonly machineId: string }): Promise<null> {
  allow(ctx.actor, "machines.disable");
  const machine = await holdMachine(ctx, machineId);
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
  const machine = await holdMachine(ctx, machineId);
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
    where: { id: { in: [...machineIds] }, tenantId: ctx.actor.tenantId, deletedAt: null },
    data: { deletedAt: ctx.now, nameKey: null },
    select: { id: true, name: true },
  });
  await record(
    ctx,
    deleted.map(({ id, name }) => ({ type: "machine.deleted" as const, machineId: id, name })),
  );
  return deleted.map(({ id }) => id);
}
