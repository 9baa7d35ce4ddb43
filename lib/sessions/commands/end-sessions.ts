import { record } from "@/lib/audit/commands";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";

type Ended = { id: string; machineId: string; secretId: string; hostName: string };

async function recordEnded(ctx: Ctx | Ctx<RobotActor>, ended: readonly Ended[], reason: string) {
  await record(
    ctx,
    ended.map(({ id, machineId, secretId, hostName }) => ({
      type: "session.ended" as const,
      machineId,
      secretId,
      sessionId: id,
      hostName,
      reason,
    })),
  );
}

const ENDED = { id: true, machineId: true, secretId: true, hostName: true } as const;

/**
 * The robot disconnects its host. Ending an ended session changes nothing.
 * @throws Refusal `not_found` for a session that is not this machine's
 */
export async function closeSession(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<void> {
  const scope = { id: sessionId, machineId: ctx.actor.id, tenantId: ctx.actor.tenantId };
  const reason = "closed by the robot";
  const ended = await ctx.db.session.updateManyAndReturn({
    where: { ...scope, endedAt: null },
    data: { endedAt: ctx.now, endReason: reason },
    select: ENDED,
  });
  if (ended.length === 0 && (await ctx.db.session.count({ where: scope })) === 0) {
    throw new Refusal("not_found", "This machine has no such session.");
  }
  await recordEnded(ctx, ended, reason);
}

/**
 * Ends every open session that hangs on what is being withdrawn; part of the deed that withdraws it.
 * @returns the names of the hosts that were connected
 */
export async function endSessions(
  ctx: Ctx,
  of: { readonly secretId: string } | { readonly machineIds: readonly string[] },
  reason: "client secret deleted" | "machine disabled" | "machine deleted",
): Promise<string[]> {
  allow(ctx.actor, "secretId" in of ? "secrets.delete" : "machines.disable");
  const scope = "secretId" in of ? { secretId: of.secretId } : { machineId: { in: [...of.machineIds] } };
  const ended = await ctx.db.session.updateManyAndReturn({
    where: { tenantId: ctx.actor.tenantId, endedAt: null, ...scope },
    data: { endedAt: ctx.now, endReason: `${reason} by ${ctx.actor.name}` },
    select: ENDED,
  });
  await recordEnded(ctx, ended, reason);
  return ended.map(({ hostName }) => hostName).sort();
}
