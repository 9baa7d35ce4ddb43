import type { Actor, Ctx, RobotActor } from "@/lib/ctx";
import { noSuchSession, otherCredential, sessionEnded } from "./refusals";
import { silentSince } from "./rules";
import type { Ended } from "./schema";

/** @returns as `silentSince`: whoever was heard last then, or before, has fallen silent */
export async function readSilentSince(ctx: Ctx<Actor>): Promise<Date> {
  return silentSince(await ctx.db.hearing.findFirst(), ctx.now);
}

/** @throws Refusal `not_found` for a session that is not this machine's */
export async function requireOwnSession(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<void> {
  const { id: machineId, tenantId } = ctx.actor;
  const where = { id: sessionId, machineId, tenantId };
  if ((await ctx.db.session.count({ where })) === 0) throw noSuchSession();
}

/**
 * @returns the host of an open session, which goes on with the credential that the robot acts with
 * @throws Refusal `not_found` for a session that is not this machine's, `gone` for an ended one, `conflict` for one of another credential
 */
export async function requireOpenSession(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<{ readonly hostName: string; readonly hostKey: string }> {
  const { id: machineId, tenantId, credentialId } = ctx.actor;
  const session = await ctx.db.session.findFirst({
    where: { id: sessionId, machineId, tenantId },
    select: { hostName: true, hostKey: true, credentialId: true, endCode: true, endedBy: true },
  });
  if (!session) throw noSuchSession();
  const { hostName, hostKey, endCode, endedBy } = session;
  if (endCode) throw sessionEnded({ endCode, endedBy });
  if (session.credentialId !== credentialId) throw otherCredential();
  return { hostName, hostKey };
}

/** @returns why a session of the robot's machine has ended; null while it has not, or when there is none */
export async function findEnd(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<Ended | null> {
  const { id: machineId, tenantId } = ctx.actor;
  const session = await ctx.db.session.findFirst({
    where: { id: sessionId, machineId, tenantId, endedAt: { not: null } },
    select: { endCode: true, endedBy: true },
  });
  return session?.endCode ? { endCode: session.endCode, endedBy: session.endedBy } : null;
}

type Seen = { readonly tenantId: string; readonly credentialId: string; readonly address: string | null };

/** @returns the name of the host that was last heard at this address with this credential, connected or not; null where none was */
export async function findHostSeen(
  { db }: Ctx<Actor>,
  { tenantId, credentialId, address }: Seen,
): Promise<string | null> {
  if (address === null) return null;
  const session = await db.session.findFirst({
    where: { tenantId, credentialId, address },
    orderBy: { heartbeatAt: "desc" },
    select: { hostName: true },
  });
  return session?.hostName ?? null;
}

/** @returns the names of the hosts that are connected with a credential, in their order */
export async function listHostNames(
  { db }: Pick<Ctx<Actor>, "db">,
  { tenantId, credentialId }: { readonly tenantId: string; readonly credentialId: string },
): Promise<string[]> {
  const where = { tenantId, credentialId, endedAt: null };
  const rows = await db.session.findMany({ where, orderBy: { hostKey: "asc" }, select: { hostName: true } });
  return rows.map(({ hostName }) => hostName);
}
