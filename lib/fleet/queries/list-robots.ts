import type { Ctx } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import type { Slice } from "@/lib/pages";
import { readSilentSince } from "@/lib/sessions/queries";
import { hostKey } from "@/lib/sessions/rules";
import type { RobotCursor, RobotListQuery, RobotRow } from "@/lib/sessions/schema";
import { hostState, inState, JOBS_THERE } from "./host-conditions";

/** The hosts behind one; the first condition on those that ended is the index's. */
function behind({ endedAt, hostName, sessionId }: RobotCursor): Prisma.SessionWhereInput {
  const key = hostKey(hostName);
  const ofOneInstant = [{ hostKey: { gt: key } }, { hostKey: key, id: { gt: sessionId } }];
  return endedAt === null
    ? { OR: [{ endedAt: { not: null } }, { endedAt: null, OR: ofOneInstant }] }
    : { endedAt: { lte: endedAt }, OR: [{ endedAt: { lt: endedAt } }, ...ofOneInstant] };
}

/**
 * @returns the tenant's hosts with what runs on them: the connected ones first, then the ended ones, newest first; of one state and one
 *   host name where they are given
 */
export async function listRobots(
  ctx: Ctx,
  { state, host, after, ...slice }: RobotListQuery & Slice<RobotCursor> = {},
): Promise<RobotRow[]> {
  const silent = await readSilentSince(ctx);
  const rows = await ctx.db.session.findMany({
    where: {
      tenantId: ctx.actor.tenantId,
      removedAt: null,
      ...(host && { hostKey: hostKey(host) }),
      AND: [state ? inState(state, silent) : {}, after ? behind(after) : {}],
    },
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
        where: JOBS_THERE,
        select: { id: true, process: { select: { name: true } } },
      },
    },
  });
  return rows.map(({ id, isBusy, machine, jobs, ...row }) => ({
    ...row,
    sessionId: id,
    machineName: machine.name,
    state: hostState({ ...row, isBusy, jobs }, silent),
    runningJobs: jobs.map((job) => ({ jobId: job.id, processName: job.process.name })),
  }));
}
