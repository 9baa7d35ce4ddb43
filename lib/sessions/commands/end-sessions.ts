import type { CredentialKind } from "@/lib/credentials/schema";
import type { Actor, Ctx, RobotActor, SystemActor } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import { noSuchSession } from "@/lib/sessions/refusals";
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
    throw noSuchSession();
  }
  await recordEnded(ctx, ctx.actor.tenantId, ended, reason);
}

const PERMISSION = {
  "client secret deleted": "secrets.delete",
  "key deleted": "keys.delete",
  "machine disabled": "machines.disable",
  "machine deleted": "machines.delete",
  disconnected: "hosts.disconnect",
  "client authentication of the machine changed": "machines.edit",
  "client authentication of the tenant changed": "tenant.settings",
} as const;

/** Why an admin's deed ends sessions. */
export type EndingCause = keyof typeof PERMISSION;

/** What the sessions hang on that is being withdrawn. */
export type Ending =
  | { readonly credentialId: string }
  | { readonly machineIds: readonly string[] }
  | { readonly sessionId: string }
  /** Credentials of a kind that is not accepted any more: by one machine, or (null) by all that leave it to their tenant. */
  | { readonly machineId: string | null; readonly credentialKind: CredentialKind };

function scopeOf(of: Ending) {
  if ("credentialId" in of) return { credentialId: of.credentialId };
  if ("credentialKind" in of) {
    const machine = of.machineId === null ? { clientAuthentication: null } : { id: of.machineId };
    return { machine, credential: { kind: of.credentialKind } };
  }
  return "sessionId" in of ? { id: of.sessionId } : { machineId: { in: [...of.machineIds] } };
}

/** A session that a deed has just ended, with the token that its host showed last. */
export type EndedSession = {
  readonly id: string;
  readonly hostName: string;
  readonly tokenId: string | null;
  readonly tokenExpiresAt: Date | null;
};

async function end(ctx: Ctx<Actor>, tenantId: string, of: Ending, endReason: string, cause: string) {
  const ended = await ctx.db.session.updateManyAndReturn({
    where: { tenantId, endedAt: null, ...scopeOf(of) },
    data: { endedAt: ctx.now, endReason },
    select: ENDED,
  });
  await recordEnded(ctx, tenantId, ended, cause);
  return ended.sort((a, b) => a.hostName.localeCompare(b.hostName));
}

/**
 * Ends every open session that hangs on what is being withdrawn; part of the deed that withdraws it.
 * @returns the sessions that were open, by host name, and why they ended
 */
export async function endSessions(
  ctx: Ctx,
  of: Ending,
  cause: EndingCause,
): Promise<{ ended: EndedSession[]; reason: string }> {
  allow(ctx.actor, PERMISSION[cause]);
  const reason = `${cause} by ${ctx.actor.name}`;
  return { ended: await end(ctx, ctx.actor.tenantId, of, reason, cause), reason };
}

/**
 * Ends every open session of a credential whose time is over.
 * @param reason what the host hears
 */
export async function endExpiredSessions(
  ctx: Ctx<SystemActor>,
  { tenantId, credentialId }: { readonly tenantId: string; readonly credentialId: string },
  reason: "client secret expired" | "key expired",
): Promise<EndedSession[]> {
  return end(ctx, tenantId, { credentialId }, reason, reason);
}
