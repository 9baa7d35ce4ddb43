import type { SealedPlace } from "@/lib/sealed-place";
import { SECOND_FACTOR_SEALING } from "./totp";

/** The shared secrets of authenticator apps, as a change of APP_SECRET meets them. */
export const SEALED_SECOND_FACTORS: SealedPlace = {
  holds: "second factors",
  purpose: SECOND_FACTOR_SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.secondFactor.findMany({
      where: id === null ? {} : { adminId: { gt: id } },
      orderBy: { adminId: "asc" },
      take,
      select: { adminId: true, sealedSecret: true },
    });
    return rows.map((row) => ({ id: row.adminId, sealed: row.sealedSecret, boundTo: row.adminId }));
  },

  async replace(db, { id, sealed }, anew) {
    const where = { adminId: id, sealedSecret: Uint8Array.from(sealed) };
    return (await db.secondFactor.updateMany({ where, data: { sealedSecret: anew } })).count === 1;
  },
};
