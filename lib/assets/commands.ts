import { randomUUID } from "node:crypto";
import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { folded } from "@/lib/fold";
import { Prisma } from "@/lib/generated/prisma/client";
import { findMachineName } from "@/lib/machines/queries";
import { allow, clientNameOf, personIdOf } from "@/lib/permissions";
import { bindingOf, encryptValue } from "./encrypted-value";
import { assetContent } from "./rules";
import type { AddAssetInput, AssetContent, AssetType, SetAssetInput } from "./schema";

const noSuchAsset = () => new Refusal("not_found", "There is no such asset. It may have been deleted.");

function requireContent(typed: { type: AssetType; value: string; username: string }): AssetContent {
  const read = assetContent(typed);
  if (!read.ok) throw new Refusal("invalid", read.message, { field: read.field });
  return read.content;
}

/** @throws Refusal `conflict` at `name` when it is taken, `invalid` at `value` when it does not fit the type */
export async function addAsset(ctx: Ctx, input: AddAssetInput): Promise<{ assetId: string }> {
  allow(ctx.actor, "assets.edit");
  const { tenantId } = ctx.actor;
  const { name, description, type } = input;
  const id = randomUUID();
  await ctx.db.asset
    .create({
      data: {
        id,
        tenantId,
        name,
        nameKey: folded(name),
        description,
        type,
        encryptedValue: encryptValue(requireContent(input), bindingOf({ tenantId, id, type }, null)),
        createdAt: ctx.now,
        updatedAt: ctx.now,
        createdById: personIdOf(ctx.actor),
        createdByClient: clientNameOf(ctx.actor),
      },
      select: { id: true },
    })
    .catch((error: unknown) => {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
        throw new Refusal("conflict", `An asset named “${name}” already exists in this tenant.`, {
          field: "name",
        });
      }
      throw error;
    });
  await record(ctx, [{ type: "asset.added", assetId: id, name, kind: type }]);
  return { assetId: id };
}

/**
 * Changes the value for all robots, or for those of one machine. The event tells that it changed, never what to.
 * @throws Refusal `not_found`; `invalid` at `value` when it does not fit the type; `conflict` when a value was changed since `seen`
 */
export async function setAsset(ctx: Ctx, input: SetAssetInput): Promise<null> {
  allow(ctx.actor, "assets.edit");
  const { tenantId } = ctx.actor;
  const { assetId, machineId, seen } = input;
  const [asset] = await ctx.db.asset.updateManyAndReturn({
    where: { id: assetId, tenantId, ...(seen && { updatedAt: seen.updatedAt }) },
    data: { updatedAt: ctx.now },
    select: { name: true, type: true },
  });
  if (!asset && seen && (await ctx.db.asset.count({ where: { id: assetId, tenantId } })) > 0)
    throw new Refusal("conflict", "Somebody else changed it meanwhile. Read it again.");
  if (!asset) throw noSuchAsset();
  const { type } = asset;
  const binding = bindingOf({ tenantId, id: assetId, type }, machineId ?? null);
  const encryptedValue = encryptValue(requireContent({ ...input, type }), binding);
  if (machineId === undefined) {
    await ctx.db.asset.updateMany({ where: { id: assetId, tenantId }, data: { encryptedValue } });
  } else {
    if (!(await findMachineName(ctx, { machineId }))) {
      throw new Refusal("not_found", "There is no such machine.", { field: "machineId" });
    }
    await ctx.db.assetValue.upsert({
      where: { assetId_machineId: { assetId, machineId }, tenantId },
      create: { assetId, tenantId, machineId, encryptedValue },
      update: { encryptedValue },
    });
  }
  await record(ctx, [{ type: "asset.changed", assetId, name: asset.name, machineId, change: "value set" }]);
  return null;
}

/** Robots of the machine get the common value again. */
export async function removeMachineValue(
  ctx: Ctx,
  { assetId, machineId }: { readonly assetId: string; readonly machineId: string },
): Promise<null> {
  allow(ctx.actor, "assets.edit");
  const { tenantId } = ctx.actor;
  const [asset] = await ctx.db.asset.updateManyAndReturn({
    where: { id: assetId, tenantId },
    data: { updatedAt: ctx.now },
    select: { name: true },
  });
  if (!asset) throw noSuchAsset();
  await ctx.db.assetValue.deleteMany({ where: { assetId, machineId, tenantId } });
  await record(ctx, [
    { type: "asset.changed", assetId, name: asset.name, machineId, change: "value removed" },
  ]);
  return null;
}

/** Deletes the asset with all its values. */
export async function deleteAsset(ctx: Ctx, { assetId }: { readonly assetId: string }): Promise<null> {
  allow(ctx.actor, "assets.edit");
  const scope = { id: assetId, tenantId: ctx.actor.tenantId };
  const asset = await ctx.db.asset.findFirst({ where: scope, select: { name: true } });
  const { count } = await ctx.db.asset.deleteMany({ where: scope });
  if (!asset || count === 0) throw noSuchAsset();
  await record(ctx, [{ type: "asset.deleted", assetId, name: asset.name }]);
  return null;
}
