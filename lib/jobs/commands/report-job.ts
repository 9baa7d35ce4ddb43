import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";
import { announce, noSuchJob } from "@/lib/jobs/job-changes";
import { ROBOT_JOB, robotJob } from "@/lib/jobs/robot-job";
import { ON_HOST, statesBefore } from "@/lib/jobs/rules";
import type { ReportJobInput, RobotJob } from "@/lib/jobs/schema";
import { signal } from "@/lib/signals";

type Scope = {
  readonly id: string;
  readonly tenantId: string;
  readonly session: { machineId: string; credentialId: string };
};

const ownJob = (ctx: Ctx<RobotActor>, jobId: string): Scope => ({
  id: jobId,
  tenantId: ctx.actor.tenantId,
  session: { machineId: ctx.actor.id, credentialId: ctx.actor.credentialId },
});

/** @throws Refusal `not_found` for a job that runs on no host of this machine and secret */
export async function findOwnJob(
  ctx: Ctx<RobotActor>,
  { jobId }: { readonly jobId: string },
): Promise<RobotJob> {
  const job = await ctx.db.job.findFirst({ where: ownJob(ctx, jobId), select: ROBOT_JOB });
  if (!job) throw noSuchJob();
  return robotJob(job);
}

const reported = (
  ctx: Ctx<RobotActor>,
  { state, progress, message, output, error, reportId }: ReportJobInput,
) => ({
  lastReportId: reportId,
  ...(state && { state, endedAt: ctx.now }),
  ...(progress !== undefined && { progress }),
  ...(message !== undefined && { message }),
  ...(output !== undefined && { output: output ?? Prisma.JsonNull }),
  ...(error !== undefined && { error }),
});

/**
 * A robot says how its job goes, or that it ended. The same report sent again changes nothing.
 * @throws Refusal `not_found` for another host's job; `conflict` with the current state where the job has ended otherwise
 */
export async function reportJob(ctx: Ctx<RobotActor>, input: ReportJobInput): Promise<RobotJob> {
  const scope = ownJob(ctx, input.jobId);
  const before = input.state ? statesBefore(`report ${input.state}`) : [...ON_HOST];
  const [job] = await ctx.db.job.updateManyAndReturn({
    where: {
      ...scope,
      state: { in: before },
      // In SQL nothing differs from NULL, so the first report has to be named.
      OR: [{ lastReportId: null }, { lastReportId: { not: input.reportId } }],
    },
    data: reported(ctx, input),
    select: ROBOT_JOB,
  });
  if (!job) return refuseOrRepeat(ctx, scope, input.reportId);
  if (input.state) {
    await announce(ctx, [job], () => ({
      type: "job.ended",
      jobId: job.id,
      process: job.process.name,
      state: job.state,
    }));
  } else {
    await signal(ctx.db, [{ kind: "page", tenantId: job.tenantId }]);
  }
  return robotJob(job);
}

async function refuseOrRepeat(ctx: Ctx<RobotActor>, scope: Scope, reportId: string): Promise<RobotJob> {
  const job = await ctx.db.job.findFirst({ where: scope, select: { ...ROBOT_JOB, lastReportId: true } });
  if (!job) throw noSuchJob();
  if (job.lastReportId === reportId) return robotJob(job);
  throw new Refusal("conflict", `This job is ${job.state} already: the report changes nothing.`, {
    members: { state: job.state },
    problem: "job_ended",
  });
}
