import type { EncryptedColumn } from "@/lib/encrypted-column";
import { decrypt, derivedKey, encrypt, readingKeys } from "@/lib/keys";

const SUCCESSOR_SEALING = "successor sealing";

type Rotation = {
  readonly id: string;
  readonly tenantId: string;
  readonly machineId: string;
  readonly fromCredentialId: string;
  readonly toCredentialId: string | null;
};

/** Whom it is for as well: a row whose old credential was changed to another one hands nothing over. */
const bindingOf = ({ id, tenantId, machineId, fromCredentialId, toCredentialId }: Rotation) =>
  `successor ${tenantId} ${machineId} ${id} ${fromCredentialId} ${toCredentialId}`;

/** Encrypts a new client secret under APP_SECRET, bound to the rotation that hands it over. */
export function encryptSuccessor(value: string, rotation: Rotation): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encrypt(derivedKey(SUCCESSOR_SEALING), Buffer.from(value), bindingOf(rotation)));
}

/** Opens what `encryptSuccessor` made. */
export function openSuccessor(encrypted: Uint8Array, rotation: Rotation): string {
  return decrypt(readingKeys(SUCCESSOR_SEALING), encrypted, bindingOf(rotation)).toString();
}

/** The secrets that wait to be handed over, as a change of APP_SECRET meets them. */
export const ENCRYPTED_SUCCESSORS: EncryptedColumn = {
  holds: "secrets to be handed over",
  purpose: SUCCESSOR_SEALING,

  async rowsAfter(db, id, take) {
    const rows = await db.rotation.findMany({
      where: { encryptedValue: { not: null }, ...(id !== null && { id: { gt: id } }) },
      orderBy: { id: "asc" },
      take,
      select: {
        id: true,
        tenantId: true,
        machineId: true,
        fromCredentialId: true,
        toCredentialId: true,
        encryptedValue: true,
      },
    });
    return rows.flatMap(({ encryptedValue, ...row }) =>
      encryptedValue ? [{ id: row.id, encrypted: encryptedValue, boundTo: bindingOf(row) }] : [],
    );
  },

  async replace(db, { id, encrypted }, anew) {
    const where = { id, encryptedValue: Uint8Array.from(encrypted) };
    return (await db.rotation.updateMany({ where, data: { encryptedValue: anew } })).count === 1;
  },
};
