import type { AdminActor, Ctx, RobotActor, SystemActor } from "@/lib/ctx";
import { announce, CHANGED, type ChangedJob } from "@/lib/jobs/job-changes";
import { ON_HOST } from "@/lib/jobs/rules";
import { readSilentSince } from "@/lib/sessions/queries";
import { UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";

const ended = (reason: string) => (job: ChangedJob) => ({
  type: "job.ended" as const,
  jobId: job.id,
  process: job.process.name,
  state: job.state,
  reason,
});

/**
 * Stops what runs on sessions that this transaction has ended.
 * @param reason what the job's page says, with who did it
 * @returns how many jobs were stopped
 */
export async function stopJobsOfSessions(
  ctx: Ctx<AdminActor | SystemActor>,
  tenantId: string,
  sessionIds: readonly string[],
  reason: string,
): Promise<number> {
  const stopped = await ctx.db.job.updateManyAndReturn({
    where: { tenantId, sessionId: { in: [...sessionIds] }, state: { in: [...ON_HOST] } },
    data: { state: "Stopped", endedAt: ctx.now, endReason: reason },
    select: CHANGED,
  });
  await announce(ctx, stopped, ended(reason));
  return stopped.length;
}

/**
 * Gives up what a robot does not run any more: all of it when it disconnects, what it does not name when it starts again.
 * @param kept ids of jobs that go on
 */
export async function loseJobsOfSession(
  ctx: Ctx<RobotActor>,
  sessionId: string,
  reason: string,
  kept: readonly string[] = [],
): Promise<void> {
  const lost = await ctx.db.job.updateManyAndReturn({
    where: {
      tenantId: ctx.actor.tenantId,
      sessionId,
      state: { in: [...ON_HOST] },
      id: { notIn: [...kept] },
    },
    data: { state: "Faulted", endedAt: ctx.now, endReason: reason },
    select: CHANGED,
  });
  await announce(ctx, lost, ended(reason));
}

/**
 * Gives up the jobs of hosts that fell silent, in all tenants. The write is its own guard: of several processes that look
 * at once, one finds each job.
 */
export async function loseJobsOfSilentHosts(ctx: Ctx<SystemActor>): Promise<number> {
  const reason = `the host was silent for ${UNRESPONSIVE_AFTER_SECONDS} seconds`;
  const lost = await ctx.db.job.updateManyAndReturn({
    where: {
      state: { in: [...ON_HOST] },
      session: { heartbeatAt: { lte: await readSilentSince(ctx) } },
    },
    data: { state: "Faulted", endedAt: ctx.now, endReason: reason },
    select: CHANGED,
  });
  await announce(ctx, lost, ended(reason));
  return lost.length;
}
