import type { Ctx } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import { ON_HOST } from "@/lib/jobs/rules";
import { sessionState } from "@/lib/sessions/rules";
import {
  type RobotListQuery,
  type RobotRow,
  type SessionState,
  UNRESPONSIVE_AFTER_SECONDS,
} from "@/lib/sessions/schema";
import { addSeconds } from "@/lib/time";

/** How many hosts the page shows; more are counted on the machines' own pages. */
const ROBOTS_MAX = 500;

/** The rows that `sessionState` calls so. */
function inState(state: SessionState, now: Date): Prisma.SessionWhereInput {
  if (state === "Disconnected") return { endedAt: { not: null } };
  const aliveSince = addSeconds(now, -UNRESPONSIVE_AFTER_SECONDS);
  if (state === "Unresponsive") return { endedAt: null, heartbeatAt: { lte: aliveSince } };
  const busy: Prisma.SessionWhereInput = {
    OR: [{ isBusy: true }, { jobs: { some: { state: { in: [...ON_HOST] } } } }],
  };
  return { endedAt: null, heartbeatAt: { gt: aliveSince }, ...(state === "Busy" ? busy : { NOT: busy }) };
}

/**
 * @returns the tenant's hosts with what runs on them: the connected ones first, then the ended ones, newest first; of one state where
 *   it is given
 */
export async function listRobots(ctx: Ctx, { state }: RobotListQuery = {}): Promise<RobotRow[]> {
  const rows = await ctx.db.session.findMany({
    where: { tenantId: ctx.actor.tenantId, removedAt: null, ...(state && inState(state, ctx.now)) },
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
