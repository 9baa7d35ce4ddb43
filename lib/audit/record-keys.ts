import type { Db, Sql } from "@/lib/ctx";
import type { EncryptedColumn } from "@/lib/encrypted-column";
import { decrypt, derivedKey, encrypt, keyName, readingKeys } from "@/lib/keys";

const SEALING = "audit-key sealing";

export type RecordKey = { readonly id: string; readonly key: Buffer };

/** @returns the key that this process writes the record under. Each digest is stored beside the name of its key. */
export function recordKey(): RecordKey {
  const key = derivedKey("audit record");
  return { id: keyName(key), key };
}

/**
 * Keeps the key that is written under, so that the record can still be verified when APP_SECRET has changed and the secret of
 * now is forgotten.
 */
export async function keepRecordKey(db: Db, { id, key }: RecordKey, now: Date): Promise<void> {
  if ((await db.auditKey.count({ where: { id } })) > 0) return;
  const encryptedKey = Uint8Array.from(encrypt(derivedKey(SEALING), key, id));
  await db.auditKey.createMany({ data: [{ id, encryptedKey, createdAt: now }], skipDuplicates: true });
}

const KEYS = { name: "audit_record_keys", text: "SELECT id, sealed_key FROM audit_keys" };

/** @returns every key that the record was written under and that the present secrets open, by name */
export async function recordKeys(db: Sql): Promise<ReadonlyMap<string, Buffer>> {
  const keys = new Map<string, Buffer>();
  for (const key of readingKeys("audit record")) keys.set(keyName(key), key);
  for (const row of await db.query<{ id: string; sealed_key: Buffer }>(KEYS, [])) {
    try {
      const key = decrypt(readingKeys(SEALING), row.sealed_key, row.id);
      if (keyName(key) === row.id) keys.set(row.id, key);
    } catch {
      // Whatever was written under it is reported as written under another key.
    }
  }
  return keys;
}

/** The keys of the record, as a change of APP_SECRET meets them. */
export const ENCRYPTED_RECORD_KEYS: EncryptedColumn = {
  holds: "keys of the audit record",
  purpose: SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.auditKey.findMany({
      where: id === null ? {} : { id: { gt: id } },
      orderBy: { id: "asc" },
      take,
      select: { id: true, encryptedKey: true },
    });
    return rows.map((row) => ({ id: row.id, encrypted: row.encryptedKey, boundTo: row.id }));
  },

  async replace(db, { id, encrypted }, anew) {
    const where = { id, encryptedKey: Uint8Array.from(encrypted) };
    return (await db.auditKey.updateMany({ where, data: { encryptedKey: anew } })).count === 1;
  },
};
