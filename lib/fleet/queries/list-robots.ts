import type { Ctx } from "@/lib/ctx";
import { ON_HOST } from "@/lib/jobs/rules";
import { sessionState } from "@/lib/sessions/rules";
import type { RobotRow } from "@/lib/sessions/schema";

/** How many hosts the page shows; more are counted on the machines' own pages. */
const ROBOTS_MAX = 500;

/** @returns the tenant's hosts with what runs on them: the connected ones first, then the ended ones, newest first. */
export async function listRobots(ctx: Ctx): Promise<RobotRow[]> {
  const rows = await ctx.db.session.findMany({
    where: { tenantId: ctx.actor.tenantId, removedAt: null },
    orderBy: [{ endedAt: { sort: "desc", nulls: "first" } }, { hostKey: "asc" }, { id: "asc" }],
    take: ROBOTS_MAX,
    select: {
      id: true,
      machineId: true,
      credentialId: true,
      hostName: true,
      heartbeatAt: true,
      startedAt: true,
      endedAt: true,
      endReason: true,
      isBusy: true,
      address: true,
      robotVersion: true,
      platform: true,
      machine: { select: { name: true } },
      jobs: {
        where: { state: { in: [...ON_HOST] } },
        select: { id: true, process: { select: { name: true } } },
      },
    },
  });
  return rows.map(({ id, isBusy, machine, jobs, ...row }) => ({
    ...row,
    sessionId: id,
    machineName: machine.name,
    state: sessionState({ ...row, isBusy: isBusy || jobs.length > 0 }, ctx.now),
    runningJobs: jobs.map((job) => ({ jobId: job.id, processName: job.process.name })),
  }));
}
