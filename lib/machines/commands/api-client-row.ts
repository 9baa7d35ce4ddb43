import { randomUUID } from "node:crypto";
import type { Ctx } from "@/lib/ctx";
import { allow, clientNameOf, personIdOf } from "@/lib/permissions";

type Named = { readonly name: string; readonly description: string };
type Row = { readonly machineId: string };

/** Nothing runs from it. */
const NO_ROBOTS = {
  kind: "ApiClient",
  unattendedRuntimes: 0,
  nonProductionRuntimes: 0,
  testingRuntimes: 0,
  processType: "Any",
  processCompatibility: "Any",
} as const;

/** The row of machines that an API client's credentials hang on; part of the deed that makes it. */
export async function storeApiClientRow(
  ctx: Ctx,
  named: Named,
): Promise<Row & { readonly clientId: string }> {
  allow(ctx.actor, "apiClients.manage");
  const { id: machineId, clientId } = await ctx.db.machine.create({
    data: {
      ...NO_ROBOTS,
      ...named,
      tags: [],
      tenantId: ctx.actor.tenantId,
      clientId: randomUUID(),
      createdAt: ctx.now,
      createdById: personIdOf(ctx.actor),
      createdByClient: clientNameOf(ctx.actor),
    },
    select: { id: true, clientId: true },
  });
  return { machineId, clientId };
}

/** @returns whether nobody saved since the form was filled */
export async function renameApiClientRow(
  ctx: Ctx,
  { machineId, revision, ...named }: Row & Named & { readonly revision: number },
): Promise<boolean> {
  allow(ctx.actor, "apiClients.manage");
  const { count } = await ctx.db.machine.updateMany({
    where: { id: machineId, tenantId: ctx.actor.tenantId, kind: "ApiClient", deletedAt: null, revision },
    data: { ...named, revision: revision + 1 },
  });
  return count === 1;
}

/** Disables, enables or deletes it; the caller has locked its row and asked whether this changes anything. */
export async function markApiClientRow(
  ctx: Ctx,
  { machineId }: Row,
  change: "disabled" | "enabled" | "deleted",
): Promise<void> {
  allow(ctx.actor, "apiClients.manage");
  const data = {
    disabled: { disabledAt: ctx.now },
    enabled: { disabledAt: null },
    deleted: { deletedAt: ctx.now },
  };
  await ctx.db.machine.updateMany({
    where: { id: machineId, tenantId: ctx.actor.tenantId, kind: "ApiClient" },
    data: data[change],
  });
}
