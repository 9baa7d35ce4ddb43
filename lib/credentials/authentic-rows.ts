import type { Db } from "@/lib/ctx";
import type { EncryptedColumn } from "@/lib/encrypted-column";
import { Prisma } from "@/lib/generated/prisma/client";
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
  | {
      readonly revokedAt: Date;
      readonly revokedById: string | null;
      readonly revokedByClient?: string | null;
    }
  | {
      readonly disabledAt: Date | null;
      readonly disabledById: string | null;
      readonly disabledByClient: string | null;
      readonly disabledReason: string;
    }
  | {
      readonly allowedAddresses: string[];
      readonly purchasesMax: number | null;
      readonly purchases?: 0;
    };

/** What is written over a row beside the change: a deleted secret's digest becomes a tombstone, and what had no right MAC gets none. */
function sealOf(row: CredentialRow, change: Change, now: Date) {
  const { pepperId, mac, macKeyId } = row;
  const isBuried = "revokedAt" in change && row.digest !== null && pepperId !== null;
  const digest = isBuried ? tombstoneOf({ digest: row.digest, pepperId }, now) : row.digest;
  return { digest, ...(isAuthentic(row) ? authenticated({ ...row, ...change, digest }) : { mac, macKeyId }) };
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
  const { digest, mac, macKeyId } = sealOf(row, change, now);
  const seal = { digest: digest && Uint8Array.from(digest), mac: Uint8Array.from(mac), macKeyId };
  return (await db.credential.updateMany({ where: isAsRead, data: { ...change, ...seal } })).count === 1;
}

const hex = (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString("hex")}`;

/** Rows as a statement names them, with what else is given of each. */
const listed = (rows: readonly Readonly<Record<string, unknown>>[]) => Prisma.sql`
  json_populate_recordset(NULL::credentials, ${JSON.stringify(rows)}::json)`;

type Named = { readonly tenantId: string; readonly id: string };
const nameOf = ({ tenantId, id }: Named) => ({ tenant_id: tenantId, id });
const named = (rows: readonly Named[]) => ({
  tenantId: { in: [...new Set(rows.map(({ tenantId }) => tenantId))] },
  id: { in: rows.map(({ id }) => id) },
});

/** Takes rows for this transaction, in one order, so that of two who take the same rows one waits for the other. */
const hold = (db: Db, rows: readonly Named[]) => db.$executeRaw`
  SELECT FROM credentials c JOIN ${listed(rows.map(nameOf))} AS one ON c.tenant_id = one.tenant_id AND c.id = one.id
   ORDER BY c.id FOR NO KEY UPDATE OF c`;

/** Writes the same change over rows that this transaction holds. */
async function write(db: Db, rows: readonly CredentialRow[], change: Change, now: Date): Promise<void> {
  if (rows.length === 0) return;
  const sealed = rows.map((row) => {
    const { digest, mac, macKeyId } = sealOf(row, change, now);
    return { ...nameOf(row), digest: digest && hex(digest), mac: hex(mac), mac_key_id: macKeyId };
  });
  await db.credential.updateMany({ where: named(rows), data: change });
  await db.$executeRaw`
    UPDATE credentials c SET digest = one.digest, mac = one.mac, mac_key_id = one.mac_key_id
      FROM ${listed(sealed)} AS one WHERE c.tenant_id = one.tenant_id AND c.id = one.id`;
}

const ROWS_AT_ONCE = 1_000;

/**
 * Changes rows, each with the MAC over what it says then; a few statements however many. The change must be one after which `where` does not
 * find a row any more.
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
    const take = Math.min(ROWS_AT_ONCE, max - done.length);
    const found = await db.credential.findMany({
      where,
      orderBy: { id: "asc" },
      take,
      select: { id: true, tenantId: true },
    });
    if (found.length === 0) return done;
    await hold(db, found);
    // As they are now that nobody else writes them.
    const rows = await db.credential.findMany({ where: { AND: [where, named(found)] }, select: ROW });
    await write(db, rows, change, now);
    done.push(...rows);
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
