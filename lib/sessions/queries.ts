import type { Ctx } from "@/lib/ctx";
import { sessionState } from "./rules";
import type { ConnectedHost } from "./schema";

/** @returns the hosts with an open session on these machines, also those that fell silent, by host name. */
export async function listConnectedHosts(
  ctx: Ctx,
  { machineIds }: { readonly machineIds: readonly string[] },
): Promise<ConnectedHost[]> {
  const rows = await ctx.db.session.findMany({
    where: { tenantId: ctx.actor.tenantId, machineId: { in: [...machineIds] }, endedAt: null },
    orderBy: [{ hostKey: "asc" }, { id: "asc" }],
    select: {
      id: true,
      machineId: true,
      secretId: true,
      hostName: true,
      heartbeatAt: true,
      endedAt: true,
      isBusy: true,
    },
  });
  return rows.map((row) => ({
    sessionId: row.id,
    machineId: row.machineId,
    secretId: row.secretId,
    hostName: row.hostName,
    state: sessionState(row, ctx.now),
    heartbeatAt: row.heartbeatAt,
  }));
}
