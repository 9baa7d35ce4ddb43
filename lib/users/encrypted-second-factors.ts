import type { EncryptedColumn } from "@/lib/encrypted-column";
import { SECOND_FACTOR_SEALING } from "./totp";

/** The shared secrets of authenticator apps, as a change of APP_SECRET meets them. */
export const ENCRYPTED_SECOND_FACTORS: EncryptedColumn = {
  holds: "second factors",
  purpose: SECOND_FACTOR_SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.secondFactor.findMany({
      where: id === null ? {} : { adminId: { gt: id } },
      orderBy: { adminId: "asc" },
      take,
      select: { adminId: true, encryptedSecret: true },
    });
    return rows.map((row) => ({ id: row.adminId, encrypted: row.encryptedSecret, boundTo: row.adminId }));
  },

  async replace(db, { id, encrypted }, anew) {
    const where = { adminId: id, encryptedSecret: Uint8Array.from(encrypted) };
    return (await db.secondFactor.updateMany({ where, data: { encryptedSecret: anew } })).count === 1;
  },
};
