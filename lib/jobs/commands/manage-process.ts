import { isDeepStrictEqual } from "node:util";
import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { folded } from "@/lib/fold";
import { Prisma } from "@/lib/generated/prisma/client";
import type { AddProcessInput, EditProcessInput } from "@/lib/jobs/schema";
import { allow, clientNameOf, personIdOf } from "@/lib/permissions";

const noSuchProcess = () => new Refusal("not_found", "There is no such process. It may have been deleted.");

function refuseTaken(error: unknown, name: string): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
    throw new Refusal("conflict", `A process named “${name}” already exists in this tenant.`, {
      field: "name",
    });
  }
  throw error;
}

const columns = ({ name, description, runtimeType, defaultInput }: AddProcessInput) => ({
  name,
  nameKey: folded(name),
  description,
  runtimeType,
  defaultInput: defaultInput ?? Prisma.JsonNull,
});

/** @throws Refusal `conflict` at `name` when the tenant has a process of that name, whatever the case */
export async function addProcess(ctx: Ctx, input: AddProcessInput): Promise<{ processId: string }> {
  allow(ctx.actor, "processes.edit");
  const { tenantId } = ctx.actor;
  const { id } = await ctx.db.process
    .create({
      data: {
        ...columns(input),
        tenantId,
        createdAt: ctx.now,
        createdById: personIdOf(ctx.actor),
        createdByClient: clientNameOf(ctx.actor),
      },
      select: { id: true },
    })
    .catch((error: unknown) => refuseTaken(error, input.name));
  await record(ctx, [{ type: "process.added", processId: id, name: input.name }]);
  return { processId: id };
}

const EDITED = { name: true, description: true, runtimeType: true, defaultInput: true } as const;

/**
 * Changes what later jobs start with; jobs that exist keep their input and runtime type.
 * @throws Refusal `not_found`, or `conflict`: at `name` when it is taken, else when the process is not as it was seen
 */
export async function editProcess(ctx: Ctx, { processId, seen, ...input }: EditProcessInput): Promise<null> {
  allow(ctx.actor, "processes.edit");
  const where = { id: processId, tenantId: ctx.actor.tenantId, deletedAt: null };
  // Held, so that what the record calls "before" is what this write replaces.
  await ctx.db.$queryRaw`
    SELECT id FROM processes WHERE tenant_id = ${ctx.actor.tenantId}::uuid AND id = ${processId}::uuid FOR NO KEY UPDATE`;
  const held = await ctx.db.process.findFirst({ where, select: EDITED });
  if (held && seen && !isDeepStrictEqual(held, seen)) {
    throw new Refusal("conflict", "Somebody else saved this process since it was read. Read it again.");
  }
  const [saved] = await ctx.db.process
    .updateManyAndReturn({ where, data: columns(input), select: EDITED })
    .catch((error: unknown) => refuseTaken(error, input.name));
  if (!held || !saved) throw noSuchProcess();
  const { defaultInput: inputBefore, ...before } = held;
  const { defaultInput: inputAfter, ...after } = saved;
  const isInputChanged = JSON.stringify(inputBefore) !== JSON.stringify(inputAfter);
  await record(ctx, [{ type: "process.edited", processId, name: after.name, before, after, isInputChanged }]);
  return null;
}

/** No new job of it can be started; its jobs, also pending ones, stay. */
export async function deleteProcess(ctx: Ctx, { processId }: { readonly processId: string }): Promise<null> {
  allow(ctx.actor, "processes.edit");
  const [deleted] = await ctx.db.process.updateManyAndReturn({
    where: { id: processId, tenantId: ctx.actor.tenantId, deletedAt: null },
    data: { deletedAt: ctx.now, nameKey: null },
    select: { name: true },
  });
  if (!deleted) throw noSuchProcess();
  await record(ctx, [{ type: "process.deleted", processId, name: deleted.name }]);
  return null;
}
