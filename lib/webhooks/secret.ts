import { randomBytes } from "node:crypto";
import type { EncryptedColumn } from "@/lib/encrypted-column";
import { decrypt, derivedKey, encrypt, readingKeys } from "@/lib/keys";
import { SECRET_BYTES } from "./signature";

const SEALING = "webhook-secret sealing";

type Place = { readonly tenantId: string; readonly id: string };
/** Both secrets of a webhook are bound to it alike, for one becomes the other. */
const bindingOf = ({ tenantId, id }: Place) => `webhook ${tenantId} ${id}`;

/** @returns a new secret of a webhook, and the same as it is stored */
export function newSecret(place: Place): {
  readonly secret: Buffer;
  readonly encrypted: Uint8Array<ArrayBuffer>;
} {
  const secret = randomBytes(SECRET_BYTES);
  return {
    secret,
    encrypted: Uint8Array.from(encrypt(derivedKey(SEALING), secret, bindingOf(place))),
  };
}

export const openSecret = (place: Place, encrypted: Uint8Array): Buffer =>
  decrypt(readingKeys(SEALING), encrypted, bindingOf(place));

const after = (id: string | null) => (id === null ? {} : { id: { gt: id } });

/** The secrets that webhooks sign with, as a change of APP_SECRET meets them. */
export const ENCRYPTED_WEBHOOK_SECRETS: EncryptedColumn = {
  holds: "secrets of webhooks",
  purpose: SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.webhook.findMany({
      where: after(id),
      orderBy: { id: "asc" },
      take,
      select: { id: true, tenantId: true, encryptedSecret: true },
    });
    return rows.map((row) => ({ id: row.id, encrypted: row.encryptedSecret, boundTo: bindingOf(row) }));
  },

  async replace(db, { id, encrypted }, anew) {
    const where = { id, encryptedSecret: Uint8Array.from(encrypted) };
    return (await db.webhook.updateMany({ where, data: { encryptedSecret: anew } })).count === 1;
  },
};

/** The secrets before them, while they sign along. */
export const ENCRYPTED_PREVIOUS_WEBHOOK_SECRETS: EncryptedColumn = {
  holds: "previous secrets of webhooks",
  purpose: SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.webhook.findMany({
      where: { ...after(id), encryptedPreviousSecret: { not: null } },
      orderBy: { id: "asc" },
      take,
      select: { id: true, tenantId: true, encryptedPreviousSecret: true },
    });
    return rows.flatMap((row) =>
      row.encryptedPreviousSecret
        ? [{ id: row.id, encrypted: row.encryptedPreviousSecret, boundTo: bindingOf(row) }]
        : [],
    );
  },

  async replace(db, { id, encrypted }, anew) {
    const where = { id, encryptedPreviousSecret: Uint8Array.from(encrypted) };
    return (await db.webhook.updateMany({ where, data: { encryptedPreviousSecret: anew } })).count === 1;
  },
};
