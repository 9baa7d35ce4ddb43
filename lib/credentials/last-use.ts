import type { Sql } from "@/lib/ctx";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { onStop } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";

/** How far the database may be behind. A crash loses at most this much of "last used", and nothing else. */
const FLUSH_INTERVAL_SECONDS = 2;

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

// Forward only: two processes flush in any order. Sorted, so that two flushes lock rows in the same order.
const FLUSH = {
  name: "credential_last_use_flush",
  text: `WITH used AS (SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS u(id, at, address)),
              locked AS (SELECT s.id FROM credentials s JOIN used USING (id) ORDER BY s.id FOR NO KEY UPDATE OF s)
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

const buffer = () =>
  oncePerProcess("last-use", () => {
    const state: { uses: Map<string, Use>; db: Sql | null; timer: NodeJS.Timeout | null } = {
      uses: new Map(),
      db: null,
      timer: null,
    };
    onStop("last use of credentials", () => flushUses());
    return state;
  });

/** Remembers that a credential was used; written in batches, never a write a request. */
export function noteUse(db: Sql, credentialId: string, use: Use): void {
  const state = buffer();
  state.uses.set(credentialId, use);
  state.db = db;
  state.timer ??= setTimeout(() => {
    state.timer = null;
    flushUses().catch((error: Error) => log.warn({ reason: error.message }, "last use not written yet"));
  }, FLUSH_INTERVAL_SECONDS * SECOND_MILLISECONDS).unref();
}

/** Writes what is remembered; on failure it is kept for the next use. */
export async function flushUses(): Promise<void> {
  const state = buffer();
  if (!state.db || state.uses.size === 0) return;
  const uses = [...state.uses];
  state.uses = new Map();
  try {
    await state.db.query(FLUSH, [
      uses.map(([id]) => id),
      uses.map(([, use]) => use.at),
      uses.map(([, use]) => use.address),
    ]);
    await renew(state.db, uses);
  } catch (error) {
    for (const [id, use] of uses) if (!state.uses.has(id)) state.uses.set(id, use);
    throw error;
  }
}

async function renew(db: Sql, uses: readonly (readonly [string, Use])[]): Promise<void> {
  const renewed = uses.flatMap(([id, use]) => (use.renewed ? [{ id, ...use.renewed }] : []));
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
