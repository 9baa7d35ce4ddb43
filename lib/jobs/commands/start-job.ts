import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";
import type { Json, StartJobInput } from "@/lib/jobs/schema";
import { findMachineName } from "@/lib/machines/queries";
import { allow, clientNameOf, personIdOf } from "@/lib/permissions";
import { hostKey } from "@/lib/sessions/rules";
import { signal } from "@/lib/signals";

/**
 * Puts a job into the queue: the next host that may run it takes it.
 * @throws Refusal `not_found` at the field of a process or machine that is not there
 */
export async function startJob(ctx: Ctx, input: StartJobInput): Promise<{ jobId: string }> {
  allow(ctx.actor, "jobs.start");
  const { tenantId } = ctx.actor;
  const process = await ctx.db.process.findFirst({
    where: { id: input.processId, tenantId, deletedAt: null },
    select: { id: true, name: true, runtimeType: true, defaultInput: true },
  });
  if (!process) throw new Refusal("not_found", "There is no such process.", { field: "processId" });
  if (input.machineId && !(await findMachineName(ctx, { machineId: input.machineId }))) {
    throw new Refusal("not_found", "There is no such machine.", { field: "machineId" });
  }
  const data: Json = input.input === undefined ? (process.defaultInput as Json) : input.input;
  const { id } = await ctx.db.job.create({
    data: {
      tenantId,
      processId: process.id,
      runtimeType: process.runtimeType,
      targetMachineId: input.machineId ?? null,
      targetHostName: input.hostName || null,
      targetHostKey: input.hostName ? hostKey(input.hostName) : null,
      input: data ?? Prisma.JsonNull,
      state: "Pending",
      createdAt: ctx.now,
      createdById: personIdOf(ctx.actor),
      createdByClient: clientNameOf(ctx.actor),
    },
    select: { id: true },
  });
  const target = input.machineId ? { machineId: input.machineId } : {};
  await record(ctx, [{ type: "job.created", jobId: id, process: process.name, ...target }]);
  await signal(ctx.db, [
    { kind: "job", tenantId, machineId: input.machineId ?? null },
    { kind: "page", tenantId },
  ]);
  return { jobId: id };
}
