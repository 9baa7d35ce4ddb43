import type { Ctx } from "@/lib/ctx";
import { JOB_ROW, jobRow } from "@/lib/jobs/queries";
import { type Candidate, whyPending } from "@/lib/jobs/rules";
import type { JobView, Json, RuntimeType } from "@/lib/jobs/schema";
import { readSilentSince } from "@/lib/sessions/queries";

type Target = {
  readonly runtimeType: RuntimeType;
  readonly targetMachineId: string | null;
  readonly targetHostKey: string | null;
};

/** The connected hosts that the job's target allows, with their room for its runtime type. */
async function candidates(
  ctx: Ctx,
  { runtimeType, targetMachineId, targetHostKey }: Target,
): Promise<Candidate[]> {
  const silent = await readSilentSince(ctx);
  return ctx.db.$queryRaw<Candidate[]>`
    SELECT CASE ${runtimeType} WHEN 'Unattended' THEN m.unattended_runtimes
                               WHEN 'NonProduction' THEN m.non_production_runtimes
                               ELSE m.testing_runtimes END AS "mayRun",
           (SELECT count(*)::int FROM jobs j
             WHERE j.session_id = s.id AND j.state IN ('Running', 'Stopping', 'Terminating')
               AND j.runtime_type::text = ${runtimeType}) AS running
      FROM sessions s JOIN machines m ON m.id = s.machine_id AND m.tenant_id = s.tenant_id
     WHERE s.tenant_id = ${ctx.actor.tenantId}::uuid AND s.ended_at IS NULL
       AND s.heartbeat_at > ${silent}
       AND (${targetMachineId}::uuid IS NULL OR s.machine_id = ${targetMachineId}::uuid)
       AND (${targetHostKey}::text IS NULL OR s.host_key = ${targetHostKey})`;
}

/** @returns the job as its page shows it, or null when the tenant has none of that id */
export async function getJob(ctx: Ctx, { jobId }: { readonly jobId: string }): Promise<JobView | null> {
  const job = await ctx.db.job.findFirst({
    where: { id: jobId, tenantId: ctx.actor.tenantId },
    select: {
      ...JOB_ROW,
      targetMachineId: true,
      targetMachine: { select: { name: true } },
      targetHostName: true,
      targetHostKey: true,
      input: true,
      output: true,
      error: true,
      message: true,
      endCode: true,
      endedBy: true,
      stopAskedAt: true,
      killAskedAt: true,
    },
  });
  if (!job) return null;
  const { targetMachineId, targetMachine, targetHostKey, input, output, ...rest } = job;
  const target = { runtimeType: job.runtimeType, targetMachineId, targetHostKey };
  return {
    ...rest,
    ...jobRow(job),
    targetMachineName: targetMachine?.name ?? null,
    credentialId: job.session?.credentialId ?? null,
    input: input as Json,
    output: output as Json,
    waitingFor: job.state === "Pending" ? whyPending(job.runtimeType, await candidates(ctx, target)) : null,
  };
}
