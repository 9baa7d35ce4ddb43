import type { Ctx } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import { readSilentSince } from "@/lib/sessions/queries";
import type { ConnectedHost } from "@/lib/sessions/schema";
import { hostState, JOBS_THERE } from "./host-conditions";

/** @returns the hosts with an open session on these machines, also those that fell silent, by host name. */
export async function listConnectedHosts(
  ctx: Ctx,
  { machineIds }: { readonly machineIds: readonly string[] },
): Promise<ConnectedHost[]> {
  return connected(ctx, { machineId: { in: [...machineIds] } });
}

/** @returns the host of that session, while it is open. */
export async function findConnectedHost(
  ctx: Ctx,
  { sessionId }: { readonly sessionId: string },
): Promise<ConnectedHost | null> {
  const [host] = await connected(ctx, { id: sessionId });
  return host ?? null;
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
      jobs: { where: JOBS_THERE, select: { id: true } },
    },
  });
  return rows.map((row) => ({
    sessionId: row.id,
    machineId: row.machineId,
    credentialId: row.credentialId,
    credentialKind: row.credential.kind,
    hostName: row.hostName,
    state: hostState(row, silent),
    heartbeatAt: row.heartbeatAt,
  }));
}
