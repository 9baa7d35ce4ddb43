import { ofSeenMachines } from "@/lib/api-clients/gate";
import type { Ctx } from "@/lib/ctx";
import type { RehearsalTime, RehearsalView } from "./schema";

/** @returns the rehearsals that go on for credentials of a machine, the latest first */
export async function listRehearsals(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<RehearsalView[]> {
  const rows = await ctx.db.rehearsal.findMany({
    where: {
      tenantId: ctx.actor.tenantId,
      machineId,
      endedAt: null,
      endsAt: { gt: ctx.now },
      ...ofSeenMachines(ctx.actor),
    },
    orderBy: { id: "desc" },
    select: {
      id: true,
      credentialId: true,
      startedAt: true,
      startedBy: { select: { email: true } },
      startedByClient: true,
      endsAt: true,
    },
  });
  return rows.map(({ startedBy, startedByClient, ...row }) => ({
    ...row,
    startedBy: startedBy?.email ?? startedByClient,
  }));
}

/** @returns when these credentials were or are rehearsed, for what happened since an instant */
export async function listRehearsalTimes(
  ctx: Ctx,
  { credentialIds, since }: { readonly credentialIds: readonly string[]; readonly since: Date },
): Promise<(RehearsalTime & { readonly credentialId: string })[]> {
  return ctx.db.rehearsal.findMany({
    where: {
      tenantId: ctx.actor.tenantId,
      credentialId: { in: [...credentialIds] },
      OR: [{ endedAt: null }, { endedAt: { gte: since } }],
    },
    select: { credentialId: true, startedAt: true, endsAt: true, endedAt: true },
  });
}
