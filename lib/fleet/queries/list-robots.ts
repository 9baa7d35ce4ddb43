import type { Ctx } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import { ON_HOST } from "@/lib/jobs/rules";
import type { Slice } from "@/lib/pages";
import { readSilentSince } from "@/lib/sessions/queries";
import { sessionState } from "@/lib/sessions/rules";
import type { RobotListQuery, RobotRow, SessionState } from "@/lib/sessions/schema";

/** The rows that `sessionState` calls so. */
function inState(state: SessionState, silent: Date): Prisma.SessionWhereInput {
  if (state === "Disconnected") return { endedAt: { not: null } };
  if (state === "Unresponsive") return { endedAt: null, heartbeatAt: { lte: silent } };
  const busy: Prisma.SessionWhereInput = {
    OR: [{ isBusy: true }, { jobs: { some: { state: { in: [...ON_HOST] } } } }],
  };
  return { endedAt: null, heartbeatAt: { gt: silent }, ...(state === "Busy" ? busy : { NOT: busy }) };
}

/**
 * @returns the tenant's hosts with what runs on them: the connected ones first, then the ended ones, newest first; of one state where
 *   it is given
 */
export async function listRobots(
  ctx: Ctx,
  { state, ...slice }: RobotListQuery & Slice = {},
): Promise<RobotRow[]> {
  const silent = await readSilentSince(ctx);
  const rows = await ctx.db.session.findMany({
    where: { tenantId: ctx.actor.tenantId, removedAt: null, ...(state && inState(state, silent)) },
    orderBy: [{ endedAt: { sort: "desc", nulls: "first" } }, { hostKey: "asc" }, { id: "asc" }],
    ...slice,
    select: {
      id: true,
      machineId: true,
      credentialId: true,
      hostName: true,
      heartbeatAt: true,
      startedAt: true,
      endedAt: true,
      endCode: true,
      endedBy: true,
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
    state: sessionState({ ...row, isBusy: isBusy || jobs.length > 0 }, silent),
    runningJobs: jobs.map((job) => ({ jobId: job.id, processName: job.process.name })),
  }));
}
