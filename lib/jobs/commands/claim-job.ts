import type { Ctx, RobotActor } from "@/lib/ctx";
import { announce } from "@/lib/jobs/job-changes";
import { ROBOT_JOB, robotJob } from "@/lib/jobs/robot-job";
import { ON_HOST } from "@/lib/jobs/rules";
import { type RobotJob, RUNTIME_TYPES } from "@/lib/jobs/schema";
import { findOwnRuntimes } from "@/lib/machines/queries";
import { lockSession } from "@/lib/sessions/commands/lock-session";
import type { Poll } from "@/lib/sessions/schema";

type Claim = {
  readonly sessionId: string;
  readonly claimId?: string | undefined;
  /** The poll that it is part of, where it is part of one. */
  readonly poll?: Poll;
};

/** The job that was claimed under this key before, whatever became of it: the answer that handed it over may have been lost. */
async function findClaimed(ctx: Ctx<RobotActor>, { sessionId, claimId }: Claim): Promise<RobotJob | null> {
  if (claimId === undefined) return null;
  const where = { tenantId: ctx.actor.tenantId, sessionId, claimId };
  const job = await ctx.db.job.findFirst({ where, select: ROBOT_JOB });
  return job && robotJob(job);
}

/**
 * Gives the host the oldest job that it may run and has room for, if there is one. The session's row is held, so that a
 * host never claims past its machine's runtimes however often it asks at once; the job's row is locked or passed over, so
 * that two hosts never get one job. One key claims one job, however often and through whatever process it is asked for.
 * @returns the job, Running from now on; the one that was claimed under this key before, in its state; or null
 * @throws as `lockSession`
 */
export async function claimJob(ctx: Ctx<RobotActor>, claim: Claim): Promise<RobotJob | null> {
  const { sessionId, claimId = null } = claim;
  const { id: machineId, tenantId } = ctx.actor;
  const host = await lockSession(ctx, sessionId, claim.poll);
  const before = await findClaimed(ctx, claim);
  if (before) return before;
  const [runtimes, running] = [
    await findOwnRuntimes(ctx),
    await ctx.db.job.groupBy({
      by: ["runtimeType"],
      where: { tenantId, sessionId, state: { in: [...ON_HOST] } },
      _count: true,
    }),
  ];
  const busy = new Map(running.map(({ runtimeType, _count }) => [runtimeType, _count]));
  const free = RUNTIME_TYPES.filter((type) => (busy.get(type) ?? 0) < runtimes[type]);
  if (free.length === 0) return null;
  const [claimed] = await ctx.db.$queryRaw<{ id: string }[]>`
    UPDATE jobs SET state = 'Running', session_id = ${sessionId}::uuid, claim_id = ${claimId}, started_at = ${ctx.now}
     WHERE id = (SELECT id FROM jobs
                  WHERE tenant_id = ${tenantId}::uuid AND state = 'Pending'
                    AND runtime_type::text = ANY(${free}::text[])
                    AND (target_machine_id IS NULL OR target_machine_id = ${machineId}::uuid)
                    AND (target_host_key IS NULL OR target_host_key = ${host.hostKey})
                  ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  if (!claimed) return null;
  const job = await ctx.db.job.findUniqueOrThrow({
    where: { id: claimed.id, tenantId },
    select: ROBOT_JOB,
  });
  await announce(ctx, [job], () => ({
    type: "job.started",
    jobId: job.id,
    process: job.process.name,
    hostName: host.hostName,
  }));
  return robotJob(job);
}
