import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { announce, CHANGED, noSuchJob } from "@/lib/jobs/job-changes";
import { statesBefore } from "@/lib/jobs/rules";
import { allow } from "@/lib/permissions";

type JobId = { readonly jobId: string };

/** A pending job never starts; one on a host is asked to end, in the way of the deed. */
async function endOrAsk(ctx: Ctx, { jobId }: JobId, deed: "stop" | "kill"): Promise<null> {
  allow(ctx.actor, "jobs.stop");
  const scope = { id: jobId, tenantId: ctx.actor.tenantId };
  const why = { endCode: "stopped_before_start", endedBy: ctx.actor.name } as const;
  const pending = await ctx.db.job.updateManyAndReturn({
    where: { ...scope, state: "Pending" },
    data: { state: "Stopped", endedAt: ctx.now, ...why },
    select: CHANGED,
  });
  if (pending.length > 0) {
    await announce(ctx, pending, (job) => ({
      type: "job.ended",
      jobId: job.id,
      process: job.process.name,
      state: job.state,
      code: why.endCode,
      endedBy: why.endedBy,
    }));
    return null;
  }
  const asked = await ctx.db.job.updateManyAndReturn({
    where: { ...scope, state: { in: statesBefore(deed) } },
    data:
      deed === "stop"
        ? { state: "Stopping", stopAskedAt: ctx.now }
        : { state: "Terminating", killAskedAt: ctx.now },
    select: CHANGED,
  });
  if (asked.length === 0) {
    const job = await ctx.db.job.findFirst({ where: scope, select: { state: true } });
    if (!job) throw noSuchJob();
    throw new Refusal(
      "conflict",
      `This job is ${job.state}: it cannot be ${deed === "stop" ? "stopped" : "killed"}.`,
    );
  }
  await announce(ctx, asked, (job) => ({
    type: deed === "stop" ? "job.stop_asked" : "job.kill_asked",
    jobId: job.id,
    process: job.process.name,
  }));
  return null;
}

/** Asks the robot to end the job in its own way. */
export const stopJob = (ctx: Ctx, input: JobId): Promise<null> => endOrAsk(ctx, input, "stop");

/** Tells the robot to end the job at once. */
export const killJob = (ctx: Ctx, input: JobId): Promise<null> => endOrAsk(ctx, input, "kill");
