import type { Sql } from "@/lib/ctx";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { writeBehind } from "@/lib/write-behind";

/** How far the database may be behind. A crash loses at most this much of "last used", and nothing else. */
const FLUSH_INTERVAL_SECONDS = 2;
/** More credentials than an installation has that buy tokens in two seconds. */
const WAITING_MAX = 100_000;

/** What is written over a row whose digest was made under another pepper. */
export type RenewedRow = {
  readonly digest: Uint8Array;
  readonly pepperId: string;
  readonly mac: Uint8Array;
  readonly macKeyId: string;
  /** The row is left alone when it has another one by then. */
  readonly replacesMac: Uint8Array;
};

type Use = {
  readonly at: Date;
  readonly address: string | null;
  /** The digest under the present APP_SECRET, when the stored one is under the previous. */
  readonly renewed?: RenewedRow | null;
};

// Forward only: two processes flush in any order. Sorted, so that two flushes lock rows in the same order; a machine that is used for the
// first time is marked by a trigger, and locked before its credential, as by everybody who locks both.
const FLUSH = {
  name: "credential_last_use_flush",
  text: `WITH used AS (SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS u(id, at, address)),
              marked AS MATERIALIZED (
                SELECT m.id FROM machines m WHERE NOT m.is_used
                   AND m.id IN (SELECT s.machine_id FROM credentials s JOIN used USING (id) WHERE s.last_used_at IS NULL)
                 ORDER BY m.id FOR NO KEY UPDATE OF m),
              locked AS (SELECT s.id FROM credentials s JOIN used USING (id) WHERE (SELECT count(*) FROM marked) >= 0
                          ORDER BY s.id FOR NO KEY UPDATE OF s)
         UPDATE credentials s SET last_used_at = u.at, last_used_address = u.address
           FROM used u JOIN locked l USING (id)
          WHERE s.id = u.id AND (s.last_used_at IS NULL OR s.last_used_at < u.at)`,
};

// Only over the row that was read: of two processes in different stages of a change, one writes; a deleted secret stays deleted.
const RENEW = {
  name: "secret_digest_renewal",
  text: `WITH renewed AS (SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::bytea[], $5::text[], $6::bytea[])
                                          AS r(id, digest, pepper_id, mac, mac_key_id, replaces)),
              locked AS (SELECT s.id FROM credentials s JOIN renewed USING (id) ORDER BY s.id FOR NO KEY UPDATE OF s)
         UPDATE credentials s SET digest = r.digest, pepper_id = r.pepper_id, mac = r.mac, mac_key_id = r.mac_key_id
           FROM renewed r JOIN locked l USING (id)
          WHERE s.id = r.id AND s.mac = r.replaces`,
};

const uses = writeBehind<Use>("last use of credentials", {
  everyMilliseconds: FLUSH_INTERVAL_SECONDS * SECOND_MILLISECONDS,
  max: WAITING_MAX,
  merge: (one, other) => (one.at.getTime() > other.at.getTime() ? one : other),
  async write(db, entries) {
    await db.query(FLUSH, [
      entries.map(([id]) => id),
      entries.map(([, use]) => use.at),
      entries.map(([, use]) => use.address),
    ]);
    await renew(db, entries);
  },
});

/** Remembers that a credential was used; written in batches, never a write a request. */
export const noteUse = (db: Sql, credentialId: string, use: Use): void => uses.add(db, credentialId, use);

/** Writes what is remembered. */
export const flushUses = (): Promise<void> => uses.flush();

async function renew(db: Sql, entries: readonly (readonly [string, Use])[]): Promise<void> {
  const renewed = entries.flatMap(([id, use]) => (use.renewed ? [{ id, ...use.renewed }] : []));
  if (renewed.length === 0) return;
  await db.query(RENEW, [
    renewed.map(({ id }) => id),
    renewed.map(({ digest }) => digest),
    renewed.map(({ pepperId }) => pepperId),
    renewed.map(({ mac }) => mac),
    renewed.map(({ macKeyId }) => macKeyId),
    renewed.map(({ replacesMac }) => replacesMac),
  ]);
}
