import type { Ctx, RobotActor, SystemActor, UserActor } from "@/lib/ctx";
import { announce, CHANGED, type ChangedJob } from "@/lib/jobs/job-changes";
import { ON_HOST } from "@/lib/jobs/rules";
import type { JobEnded } from "@/lib/jobs/schema";
import { readSilentSince } from "@/lib/sessions/queries";

const ended = (why: JobEnded) => (job: ChangedJob) => ({
  type: "job.ended" as const,
  jobId: job.id,
  process: job.process.name,
  state: job.state,
  code: why.endCode,
  endedBy: why.endedBy,
});

/**
 * Stops what runs on sessions that this transaction has ended.
 * @returns ids of the jobs that were stopped
 */
export async function stopJobsOfSessions(
  ctx: Ctx<UserActor | SystemActor>,
  tenantIds: readonly string[],
  sessionIds: readonly string[],
  why: JobEnded,
): Promise<string[]> {
  const stopped = await ctx.db.job.updateManyAndReturn({
    where: {
      tenantId: { in: [...tenantIds] },
      sessionId: { in: [...sessionIds] },
      state: { in: [...ON_HOST] },
    },
    data: { state: "Stopped", endedAt: ctx.now, ...why },
    select: CHANGED,
  });
  await announce(ctx, stopped, ended(why));
  return stopped.map(({ id }) => id);
}

/**
 * Gives up what a robot does not run any more: all of it when it disconnects, what it does not name when it starts again.
 * @param kept ids of jobs that go on
 */
export async function loseJobsOfSession(
  ctx: Ctx<RobotActor>,
  sessionId: string,
  why: JobEnded,
  kept: readonly string[] = [],
): Promise<void> {
  const lost = await ctx.db.job.updateManyAndReturn({
    where: {
      tenantId: ctx.actor.tenantId,
      sessionId,
      state: { in: [...ON_HOST] },
      id: { notIn: [...kept] },
    },
    data: { state: "Faulted", endedAt: ctx.now, ...why },
    select: CHANGED,
  });
  await announce(ctx, lost, ended(why));
}

/**
 * Gives up the jobs of hosts that fell silent, in all tenants. The write is its own guard: of several processes that look
 * at once, one finds each job.
 */
export async function loseJobsOfSilentHosts(ctx: Ctx<SystemActor>): Promise<number> {
  const why = { endCode: "host_silent", endedBy: null } as const;
  const lost = await ctx.db.job.updateManyAndReturn({
    where: {
      state: { in: [...ON_HOST] },
      session: { heartbeatAt: { lte: await readSilentSince(ctx) } },
    },
    data: { state: "Faulted", endedAt: ctx.now, ...why },
    select: CHANGED,
  });
  await announce(ctx, lost, ended(why));
  return lost.length;
}
