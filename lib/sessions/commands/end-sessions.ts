import type { CredentialKind } from "@/lib/credentials/schema";
import type { Actor, Ctx, RobotActor, SystemActor, UserActor } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import { noSuchSession } from "@/lib/sessions/refusals";
import type { Ended } from "@/lib/sessions/schema";
import { ENDED, recordEnded } from "@/lib/sessions/session-changes";

/**
 * The robot disconnects its host. Ending an ended session changes nothing.
 * @throws Refusal `not_found` for a session that is not this machine's
 */
export async function closeSession(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<void> {
  const { id: machineId, tenantId } = ctx.actor;
  const ended = await end(
    ctx,
    { tenantId: { in: [tenantId] }, id: sessionId, machineId },
    { endCode: "closed", endedBy: null },
  );
  if (ended.length > 0) return;
  const scope = { id: sessionId, machineId, tenantId };
  if ((await ctx.db.session.count({ where: scope })) === 0) throw noSuchSession();
}

/** What the sessions hang on that is being withdrawn. */
export type Ending =
  | { readonly credentialIds: readonly string[] }
  | { readonly machineIds: readonly string[] }
  | { readonly sessionId: string }
  /** Credentials of a kind that is not accepted any more: by one machine, or (null) by all that leave it to their tenant. */
  | { readonly machineId: string | null; readonly credentialKind: CredentialKind };

function scopeOf(of: Ending) {
  if ("credentialIds" in of) return { credentialId: { in: [...of.credentialIds] } };
  if ("credentialKind" in of) {
    const machine = of.machineId === null ? { clientAuthentication: null } : { id: of.machineId };
    return { machine, credential: { kind: of.credentialKind } };
  }
  return "sessionId" in of ? { id: of.sessionId } : { machineId: { in: [...of.machineIds] } };
}

/** A session that a deed has just ended, with the token that its host showed last. */
export type EndedSession = {
  readonly id: string;
  readonly machineId: string;
  readonly hostName: string;
  readonly tokenId: string | null;
  readonly tokenExpiresAt: Date | null;
};

type Scope = Prisma.SessionWhereInput & { readonly tenantId: { readonly in: string[] } };

async function end(ctx: Ctx<Actor>, scope: Scope, { endCode, endedBy }: Ended): Promise<EndedSession[]> {
  const ended = await ctx.db.session.updateManyAndReturn({
    where: { ...scope, endedAt: null },
    data: { endedAt: ctx.now, endCode, endedBy },
    select: ENDED,
  });
  await recordEnded(ctx, ended, endCode);
  return ended;
}

/**
 * Ends every open session that hangs on what is being withdrawn; part of the deed that withdraws it, which has asked whether it may.
 * @returns the sessions that were open, by host name
 */
export async function endSessions(
  ctx: Ctx<UserActor | SystemActor>,
  tenantIds: readonly string[],
  of: Ending,
  why: Ended,
): Promise<EndedSession[]> {
  const ended = await end(ctx, { tenantId: { in: [...tenantIds] }, ...scopeOf(of) }, why);
  return ended.sort((a, b) => a.hostName.localeCompare(b.hostName));
}
