import { LRUCache } from "lru-cache";
import { mayBeClientId } from "@/lib/client-id";
import type { Sql } from "@/lib/ctx";
import { env } from "@/lib/env";
import { writeBehind } from "@/lib/write-behind";
import { credentialToKeep, userAgentToKeep } from "./rules";
import {
  addUses,
  countedUse,
  foldInto,
  rowOf,
  type TokenRequestNote,
  type WaitingRow,
  type WaitingUse,
} from "./token-request-rows";

/** With the time a write takes, the record is less than a second behind. A crash loses at most this much of it. */
const FLUSH_INTERVAL_MILLISECONDS = 600;
/** Some four megabytes; a process whose database is away keeps these, and counts what it had to let go. */
export const WAITING_ROWS_MAX = 10_000;
/** As many hosts as can come back at once. */
const WAITING_USES_MAX = 100_000;

// The client is looked up here, not when it asks: who names no client of ours leaves no row. Sorted, so that two processes lock the
// rows they share in the same order.
const WRITE_ROWS = {
  name: "token_requests_write",
  text: `WITH noted AS MATERIALIZED (
           SELECT m.tenant_id, m.id AS machine_id, c.id AS credential_id, n.*
             FROM unnest($1::uuid[], $2::text[], $3::"TokenOutcome"[], $4::text[], $5::text[], $6::text[], $7::text[],
                         $8::timestamptz[], $9::boolean[], $10::timestamptz[], $11::int[])
               AS n(client_id, credential, outcome, code, reason, address, user_agent, at, is_folded, last_at, count)
             JOIN machines m ON m.client_id = n.client_id
             LEFT JOIN LATERAL (SELECT id FROM credentials
                                 WHERE tenant_id = m.tenant_id AND machine_id = m.id
                                   AND n.credential IN (id, thumbprint) ORDER BY revoked_at DESC NULLS FIRST LIMIT 1) c ON true),
         written AS (
           INSERT INTO token_requests AS kept (tenant_id, machine_id, credential_id, outcome, code, reason, address, user_agent,
                                               at, is_folded, last_at, count)
           SELECT tenant_id, machine_id, credential_id, outcome, code, reason, address, user_agent, at, is_folded, last_at, count
             FROM noted ORDER BY machine_id, outcome, at
           ON CONFLICT (machine_id, outcome, at) WHERE is_folded DO UPDATE SET
             credential_id = CASE WHEN kept.credential_id = EXCLUDED.credential_id THEN kept.credential_id END,
             code = CASE WHEN kept.code = EXCLUDED.code THEN kept.code END,
             reason = CASE WHEN kept.reason = EXCLUDED.reason THEN kept.reason END,
             address = CASE WHEN kept.address = EXCLUDED.address THEN kept.address END,
             user_agent = CASE WHEN kept.user_agent = EXCLUDED.user_agent THEN kept.user_agent END,
             last_at = GREATEST(kept.last_at, EXCLUDED.last_at),
             count = kept.count + EXCLUDED.count)
         INSERT INTO token_request_hours AS summed (tenant_id, subject_id, hour, granted, refused)
         SELECT tenant_id, subject_id, date_trunc('hour', at, 'UTC') AS hour,
                COALESCE(sum(count) FILTER (WHERE outcome = 'Granted'), 0), COALESCE(sum(count) FILTER (WHERE outcome = 'Refused'), 0)
           FROM noted CROSS JOIN LATERAL (VALUES (machine_id), (tenant_id)) AS of(subject_id)
          GROUP BY tenant_id, subject_id, hour ORDER BY tenant_id, subject_id, hour
             ON CONFLICT (tenant_id, subject_id, hour) DO UPDATE SET
               granted = summed.granted + EXCLUDED.granted, refused = summed.refused + EXCLUDED.refused`,
};

const WRITE_USES = {
  name: "credential_uses_write",
  text: `INSERT INTO credential_uses AS known (tenant_id, credential_id, address, first_at, last_at, count)
         SELECT c.tenant_id, c.id, u.address, u.first_at, u.last_at, u.count
           FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::int[])
             AS u(credential, address, first_at, last_at, count)
           JOIN credentials c ON c.id = u.credential
          ORDER BY c.tenant_id, c.id, u.address
             ON CONFLICT (tenant_id, credential_id, address) DO UPDATE SET
               first_at = LEAST(known.first_at, EXCLUDED.first_at), last_at = GREATEST(known.last_at, EXCLUDED.last_at),
               count = known.count + EXCLUDED.count`,
};

async function writeRows(db: Sql, rows: readonly WaitingRow[]): Promise<void> {
  const column = <T>(of: (row: WaitingRow) => T) => rows.map(of);
  await db.query(WRITE_ROWS, [
    column((row) => row.clientId),
    column((row) => row.credential),
    column((row) => row.outcome),
    column((row) => row.code),
    column((row) => row.reason),
    column((row) => row.address),
    column((row) => row.userAgent),
    column((row) => row.at),
    column((row) => row.isFolded),
    column((row) => row.lastAt),
    column((row) => row.count),
  ]);
}

const requests = writeBehind<WaitingRow>("sign-in activity", {
  everyMilliseconds: FLUSH_INTERVAL_MILLISECONDS,
  max: WAITING_ROWS_MAX,
  merge: (one, other) => foldInto(one, other, other.lastAt, other.count),
  weight: ({ count }) => count,
  write: (db, entries) =>
    writeRows(
      db,
      entries.map(([, row]) => row),
    ),
});

const uses = writeBehind<WaitingUse>("uses of credentials", {
  everyMilliseconds: FLUSH_INTERVAL_MILLISECONDS,
  max: WAITING_USES_MAX,
  merge: addUses,
  write: async (db, entries) => {
    await db.query(WRITE_USES, [
      entries.map(([, use]) => use.credential),
      entries.map(([, use]) => use.address),
      entries.map(([, use]) => use.firstAt),
      entries.map(([, use]) => use.lastAt),
      entries.map(([, use]) => use.count),
    ]);
  },
});

/** A fleet has few of them, and each comes with every request. Some megabytes at the most. */
const userAgents = new LRUCache<string, { readonly kept: string | null }>({ max: 500 });

function userAgentOf(sent: string | null): string | null {
  if (sent === null) return null;
  const known = userAgents.get(sent) ?? { kept: userAgentToKeep(sent) };
  userAgents.set(sent, known);
  return known.kept;
}

/**
 * Records what was asked of the token endpoint, in memory; written in batches, never a write a request, and never a reason for a
 * request to wait or to fail. Where what is noted names no machine it is let go when the batch is written: a stranger's made-up
 * client ids fill no disk. Nothing is noted when the installation keeps no activity.
 */
export function noteTokenRequest(db: Sql, note: TokenRequestNote): void {
  if (env().signInActivityDays === 0 || !mayBeClientId(note.clientId)) return;
  const kept = {
    ...note,
    credential: credentialToKeep(note.credential),
    userAgent: userAgentOf(note.userAgent),
  };
  const row = rowOf(kept, requests.waiting());
  if (row) requests.add(db, ...row);
  const use = countedUse(kept);
  if (use) uses.add(db, ...use);
}

/** How many rows wait to be written. */
export const waitingRows = (): number => requests.waiting().size;

/** Writes what waits. */
export async function flushTokenRequests(): Promise<void> {
  await requests.flush();
  await uses.flush();
}
