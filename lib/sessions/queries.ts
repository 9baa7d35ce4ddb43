import type { Actor, Ctx, RobotActor } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import { noSuchSession } from "./refusals";
import { sessionState, silentSince } from "./rules";
import type { ConnectedHost, Ended } from "./schema";

/** @returns as `silentSince`: whoever was heard last then, or before, has fallen silent */
export async function readSilentSince(ctx: Ctx<Actor>): Promise<Date> {
  return silentSince(await ctx.db.hearing.findFirst(), ctx.now);
}

/** @returns the hosts with an open session on these machines, also those that fell silent, by host name. */
export async function listConnectedHosts(
  ctx: Ctx,
  { machineIds }: { readonly machineIds: readonly string[] },
): Promise<ConnectedHost[]> {
  return connected(ctx, { machineId: { in: [...machineIds] } });
}

/** @returns the same for every machine that leaves it to the tenant how its clients authenticate. */
export async function listFollowingHosts(ctx: Ctx): Promise<ConnectedHost[]> {
  return connected(ctx, { machine: { clientAuthentication: null } });
}

async function connected(ctx: Ctx, of: Prisma.SessionWhereInput): Promise<ConnectedHost[]> {
  const silent = await readSilentSince(ctx);
  const rows = await ctx.db.session.findMany({
    where: { tenantId: ctx.actor.tenantId, endedAt: null, ...of },
    orderBy: [{ hostKey: "asc" }, { id: "asc" }],
    select: {
      id: true,
      machineId: true,
      credentialId: true,
      credential: { select: { kind: true } },
      hostName: true,
      heartbeatAt: true,
      endedAt: true,
      isBusy: true,
    },
  });
  return rows.map((row) => ({
    sessionId: row.id,
    machineId: row.machineId,
    credentialId: row.credentialId,
    credentialKind: row.credential.kind,
    hostName: row.hostName,
    state: sessionState(row, silent),
    heartbeatAt: row.heartbeatAt,
  }));
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
