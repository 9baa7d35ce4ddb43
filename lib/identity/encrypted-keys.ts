import type { EncryptedColumn } from "@/lib/encrypted-column";
import { bindingOf, KEY_SEALING } from "./key-material";

/** The private halves of signing keys, as a change of APP_SECRET meets them. A withdrawn one is worth nothing and left alone. */
export const ENCRYPTED_KEYS: EncryptedColumn = {
  holds: "signing keys",
  purpose: KEY_SEALING,

  async rowsAfter(db, kid, take) {
    const rows = await db.signingKey.findMany({
      where: {
        withdrawnAt: null,
        encryptedKey: { not: new Uint8Array() },
        ...(kid !== null && { kid: { gt: kid } }),
      },
      orderBy: { kid: "asc" },
      take,
      select: { kid: true, encryptedKey: true },
    });
    return rows.map((row) => ({
      id: row.kid,
      encrypted: row.encryptedKey,
      boundTo: bindingOf(row.kid),
      wasBoundTo: row.kid,
    }));
  },

  async replace(db, { id, encrypted }, anew) {
    const where = { kid: id, encryptedKey: Uint8Array.from(encrypted) };
    return (await db.signingKey.updateMany({ where, data: { encryptedKey: anew } })).count === 1;
  },
};
