import type { Db } from "@/lib/ctx";
import type { EncryptedColumn } from "@/lib/encrypted-column";
import type { Prisma } from "@/lib/generated/prisma/client";
import { derivedKey, keyName } from "@/lib/keys";
import {
  AUTHENTICATION,
  authenticated,
  type CredentialRow,
  contentText,
  isAuthentic,
  ROW,
  renewedMac,
} from "./authentic";
import { tombstoneOf } from "./material";

type Change =
  | { readonly name: string; readonly note: string; readonly expiresAt: Date | null }
  | { readonly expiresAt: Date | null }
  | { readonly expiryCutAt: Date }
  | { readonly revokedAt: Date; readonly revokedById: string }
  | {
      readonly disabledAt: Date | null;
      readonly disabledById: string | null;
      readonly disabledReason: string;
    }
  | {
      readonly allowedAddresses: string[];
      readonly purchasesMax: number | null;
      readonly purchases?: 0;
    };

/** What is written over a row: a deleted secret's digest becomes a tombstone, and what had no right MAC gets none. */
function rewritten(row: CredentialRow, change: Change, now: Date): Prisma.CredentialUncheckedUpdateManyInput {
  const { digest, pepperId } = row;
  const isBuried = "revokedAt" in change && digest !== null && pepperId !== null;
  const changed = { ...change, ...(isBuried && { digest: tombstoneOf({ digest, pepperId }, now) }) };
  return isAuthentic(row) ? { ...changed, ...authenticated({ ...row, ...changed }) } : changed;
}

/**
 * Changes one row as it was read, with the MAC over what it says then.
 * @returns false when somebody wrote it since, or `where` does not find it
 */
export async function rewriteRow(
  db: Db,
  where: Prisma.CredentialWhereInput,
  row: CredentialRow,
  change: Change,
  now: Date,
): Promise<boolean> {
  const isAsRead = { AND: [where, { id: row.id, tenantId: row.tenantId, mac: Uint8Array.from(row.mac) }] };
  const { count } = await db.credential.updateMany({ where: isAsRead, data: rewritten(row, change, now) });
  return count === 1;
}

const READ_AT_ONCE = 1_000;

/**
 * Changes rows, each with the MAC over what it says then. A row that somebody else wrote since it was read is read again; the
 * change must be one after which `where` does not find it any more.
 * @param max so many at the most; the others are left
 * @returns the rows as they were
 */
export async function rewriteRows(
  db: Db,
  where: Prisma.CredentialWhereInput,
  change: Change,
  now: Date,
  max = Number.POSITIVE_INFINITY,
): Promise<CredentialRow[]> {
  const done: CredentialRow[] = [];
  while (done.length < max) {
    const take = Math.min(READ_AT_ONCE, max - done.length);
    const rows = await db.credential.findMany({ where, orderBy: { id: "asc" }, take, select: ROW });
    if (rows.length === 0) return done;
    for (const row of rows) {
      if (await rewriteRow(db, where, row, change, now)) done.push(row);
    }
  }
  return done;
}

/** The MACs of credentials, as a change of APP_SECRET meets them. */
export const AUTHENTIC_CREDENTIALS: EncryptedColumn = {
  holds: "credentials",
  purpose: AUTHENTICATION,
  areRefusedOneByOne: true,
  renewal: ({ encrypted, boundTo }) => renewedMac(boundTo, encrypted),

  async rowsAfter(db, id, take) {
    const rows = await db.credential.findMany({
      where: id === null ? {} : { id: { gt: id } },
      orderBy: { id: "asc" },
      take,
      select: ROW,
    });
    return rows.map((row) => ({ id: row.id, encrypted: row.mac, boundTo: contentText(row) }));
  },

  async replace(db, { id, encrypted }, anew) {
    const data = { mac: anew, macKeyId: keyName(derivedKey(AUTHENTICATION)) };
    return (
      (await db.credential.updateMany({ where: { id, mac: Uint8Array.from(encrypted) }, data })).count === 1
    );
  },
};
