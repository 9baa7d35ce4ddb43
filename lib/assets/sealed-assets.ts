import type { SealedPlace } from "@/lib/sealed-place";
import { ASSET_SEALING, bindingOf, olderBindingOf } from "./sealed-value";

/** The values of assets for all robots, as a change of APP_SECRET meets them. */
export const SEALED_ASSETS: SealedPlace = {
  holds: "assets",
  purpose: ASSET_SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.asset.findMany({
      where: id === null ? {} : { id: { gt: id } },
      orderBy: { id: "asc" },
      take,
      select: { id: true, tenantId: true, type: true, sealedValue: true },
    });
    return rows.map((row) => ({
      id: row.id,
      sealed: row.sealedValue,
      boundTo: bindingOf(row, null),
      wasBoundTo: olderBindingOf(row),
    }));
  },

  async replace(db, { id, sealed }, anew) {
    const where = { id, sealedValue: Uint8Array.from(sealed) };
    return (await db.asset.updateMany({ where, data: { sealedValue: anew } })).count === 1;
  },
};

/** Their values for the robots of one machine. A row is known by both ids, with a space between. */
export const SEALED_MACHINE_VALUES: SealedPlace = {
  holds: "assets' values for one machine",
  purpose: ASSET_SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.assetValue.findMany({
      where: id === null ? {} : after(idsOf(id)),
      orderBy: [{ assetId: "asc" }, { machineId: "asc" }],
      take,
      select: {
        assetId: true,
        machineId: true,
        sealedValue: true,
        asset: { select: { id: true, tenantId: true, type: true } },
      },
    });
    return rows.map(({ assetId, machineId, sealedValue, asset }) => ({
      id: `${assetId} ${machineId}`,
      sealed: sealedValue,
      boundTo: bindingOf(asset, machineId),
      wasBoundTo: olderBindingOf(asset),
    }));
  },

  async replace(db, { id, sealed }, anew) {
    const where = { ...idsOf(id), sealedValue: Uint8Array.from(sealed) };
    return (await db.assetValue.updateMany({ where, data: { sealedValue: anew } })).count === 1;
  },
};

type Ids = { readonly assetId: string; readonly machineId: string };

function idsOf(id: string): Ids {
  const [assetId = "", machineId = ""] = id.split(" ");
  return { assetId, machineId };
}

const after = ({ assetId, machineId }: Ids) => ({
  OR: [{ assetId: { gt: assetId } }, { assetId, machineId: { gt: machineId } }],
});
