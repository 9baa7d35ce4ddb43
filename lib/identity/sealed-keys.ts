import type { SealedPlace } from "@/lib/sealed-place";
import { bindingOf, KEY_SEALING } from "./key-material";

/** The private halves of signing keys, as a change of APP_SECRET meets them. A withdrawn one is worth nothing and left alone. */
export const SEALED_KEYS: SealedPlace = {
  holds: "signing keys",
  purpose: KEY_SEALING,

  async rowsAfter(db, kid, take) {
    const rows = await db.signingKey.findMany({
      where: {
        withdrawnAt: null,
        sealedKey: { not: new Uint8Array() },
        ...(kid !== null && { kid: { gt: kid } }),
      },
      orderBy: { kid: "asc" },
      take,
      select: { kid: true, sealedKey: true },
    });
    return rows.map((row) => ({
      id: row.kid,
      sealed: row.sealedKey,
      boundTo: bindingOf(row.kid),
      wasBoundTo: row.kid,
    }));
  },

  async replace(db, { id, sealed }, anew) {
    const where = { kid: id, sealedKey: Uint8Array.from(sealed) };
    return (await db.signingKey.updateMany({ where, data: { sealedKey: anew } })).count === 1;
  },
};
