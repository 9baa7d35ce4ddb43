import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";
import { ENDED, recordEnded } from "@/lib/sessions/session-changes";

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

const PERMISSION = {
  "client secret deleted": "secrets.delete",
  "machine disabled": "machines.disable",
  "machine deleted": "machines.delete",
  disconnected: "hosts.disconnect",
} as const;

type Ending =
  | { readonly secretId: string }
  | { readonly machineIds: readonly string[] }
  | { readonly sessionId: string };

function scopeOf(of: Ending) {
  if ("secretId" in of) return { secretId: of.secretId };
  return "sessionId" in of ? { id: of.sessionId } : { machineId: { in: [...of.machineIds] } };
}

/** A session that a deed has just ended. */
export type EndedSession = { readonly id: string; readonly hostName: string };

/**
 * Ends every open session that hangs on what is being withdrawn; part of the deed that withdraws it.
 * @returns the sessions that were open, by host name, and why they ended
 */
export async function endSessions(
  ctx: Ctx,
  of: Ending,
  cause: "client secret deleted" | "machine disabled" | "machine deleted" | "disconnected",
): Promise<{ ended: EndedSession[]; reason: string }> {
  allow(ctx.actor, PERMISSION[cause]);
  const { tenantId } = ctx.actor;
  const reason = `${cause} by ${ctx.actor.name}`;
  const ended = await ctx.db.session.updateManyAndReturn({
    where: { tenantId, endedAt: null, ...scopeOf(of) },
    data: { endedAt: ctx.now, endReason: reason },
    select: ENDED,
  });
  await recordEnded(ctx, ended, cause);
  return { ended: ended.sort((a, b) => a.hostName.localeCompare(b.hostName)), reason };
}
