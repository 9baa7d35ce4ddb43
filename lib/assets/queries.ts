import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { folded } from "@/lib/fold";
import type { Slice } from "@/lib/pages";
import { bindingOf, openValue } from "./encrypted-value";
import { shownContent } from "./rules";
import type { AssetContent, AssetType, AssetView } from "./schema";

/** @returns how many assets the tenant has */
export async function countAssets(ctx: Ctx): Promise<number> {
  return ctx.db.asset.count({ where: { tenantId: ctx.actor.tenantId } });
}

/** @returns the tenant's assets by name, of which `after` is one; a credential's value is not among what is read */
export async function listAssets(ctx: Ctx, { after, ...slice }: Slice<string> = {}): Promise<AssetView[]> {
  const { tenantId } = ctx.actor;
  const rows = await ctx.db.asset.findMany({
    where: { tenantId, ...(after !== undefined && { nameKey: { gt: folded(after) } }) },
    orderBy: { nameKey: "asc" },
    ...slice,
    select: {
      id: true,
      name: true,
      description: true,
      type: true,
      encryptedValue: true,
      updatedAt: true,
      createdBy: { select: { email: true } },
      createdByClient: true,
      values: {
        where: { tenantId, machine: { deletedAt: null } },
        orderBy: { machine: { nameKey: "asc" } },
        select: { machineId: true, encryptedValue: true, machine: { select: { name: true } } },
      },
    },
  });
  return rows.map(({ encryptedValue, values, createdBy, createdByClient, ...row }) => {
    const shown = (encrypted: Uint8Array, machineId: string | null) =>
      row.type === "Credential"
        ? null
        : shownContent(row.type, openValue(encrypted, bindingOf({ ...row, tenantId }, machineId)));
    return {
      ...row,
      createdBy: createdBy?.email ?? createdByClient,
      value: shown(encryptedValue, null),
      machineValues: values.map((own) => ({
        machineId: own.machineId,
        machineName: own.machine.name,
        value: shown(own.encryptedValue, own.machineId),
      })),
    };
  });
}

/** @returns the asset's value for the robot's machine. @throws Refusal `not_found` */
export async function readAsset(
  ctx: Ctx<RobotActor>,
  { name }: { readonly name: string },
): Promise<{ name: string; type: AssetType; value: AssetContent }> {
  const { tenantId, id: machineId } = ctx.actor;
  const asset = await ctx.db.asset.findUnique({
    where: { tenantId_nameKey: { tenantId, nameKey: folded(name) } },
    select: {
      id: true,
      name: true,
      type: true,
      encryptedValue: true,
      values: { where: { machineId }, select: { encryptedValue: true } },
    },
  });
  if (!asset) throw new Refusal("not_found", "There is no such asset.", { problem: "asset_not_found" });
  const own = asset.values[0]?.encryptedValue;
  const binding = bindingOf({ ...asset, tenantId }, own ? machineId : null);
  return { name: asset.name, type: asset.type, value: openValue(own ?? asset.encryptedValue, binding) };
}
