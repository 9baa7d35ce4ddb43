import type { EncryptedColumn } from "@/lib/encrypted-column";
import { ASSET_SEALING, bindingOf, olderBindingOf } from "./encrypted-value";

/** The values of assets for all robots, as a change of APP_SECRET meets them. */
export const ENCRYPTED_ASSETS: EncryptedColumn = {
  holds: "assets",
  purpose: ASSET_SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.asset.findMany({
      where: id === null ? {} : { id: { gt: id } },
      orderBy: { id: "asc" },
      take,
      select: { id: true, tenantId: true, type: true, encryptedValue: true },
    });
    return rows.map((row) => ({
      id: row.id,
      encrypted: row.encryptedValue,
      boundTo: bindingOf(row, null),
      wasBoundTo: olderBindingOf(row),
    }));
  },

  async replace(db, { id, encrypted }, anew) {
    const where = { id, encryptedValue: Uint8Array.from(encrypted) };
    return (await db.asset.updateMany({ where, data: { encryptedValue: anew } })).count === 1;
  },
};

/** Their values for the robots of one machine. A row is known by both ids, with a space between. */
export const ENCRYPTED_MACHINE_VALUES: EncryptedColumn = {
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
        encryptedValue: true,
        asset: { select: { id: true, tenantId: true, type: true } },
      },
    });
    return rows.map(({ assetId, machineId, encryptedValue, asset }) => ({
      id: `${assetId} ${machineId}`,
      encrypted: encryptedValue,
      boundTo: bindingOf(asset, machineId),
      wasBoundTo: olderBindingOf(asset),
    }));
  },

  async replace(db, { id, encrypted }, anew) {
    const where = { ...idsOf(id), encryptedValue: Uint8Array.from(encrypted) };
    return (await db.assetValue.updateMany({ where, data: { encryptedValue: anew } })).count === 1;
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
