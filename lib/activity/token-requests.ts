import type { Sql } from "@/lib/ctx";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { onStop } from "@/lib/stopping";
import { credentialToKeep, mayBeClientId, userAgentToKeep } from "./rules";
import {
  keepRow,
  keepUse,
  type TokenRequestNote,
  takeIn,
  type WaitingRow,
  type WaitingUse,
  waiting,
} from "./token-request-rows";

/** With the time a write takes, the record is less than a second behind. A crash loses at most this much of it. */
const FLUSH_INTERVAL_MILLISECONDS = 600;
/** How long a process waits after a write that failed. */
const RETRY_INTERVAL_MILLISECONDS = 2_000;
const ROWS_A_WRITE = 1_000;

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

const writer = () =>
  oncePerProcess("token-requests", () => {
    const state: { db: Sql | null; timer: NodeJS.Timeout | null; running: Promise<void> } = {
      db: null,
      timer: null,
      running: Promise.resolve(),
    };
    onStop("sign-in activity", () => flushTokenRequests());
    return state;
  });

function writeSoon(milliseconds: number): void {
  const state = writer();
  state.timer ??= setTimeout(() => {
    state.timer = null;
    flushTokenRequests().catch((error: Error) => {
      log.warn({ reason: error.message }, "sign-in activity not written yet");
      writeSoon(RETRY_INTERVAL_MILLISECONDS);
    });
  }, milliseconds).unref();
}

/**
 * Records what was asked of the token endpoint, in memory; written in batches, never a write a request, and never a reason for a
 * request to wait or to fail. Where what is noted names no machine it is let go when the batch is written: a stranger's made-up
 * client ids fill no disk. Nothing is noted when the installation keeps no activity.
 */
export function noteTokenRequest(db: Sql, note: TokenRequestNote): void {
  if (env().signInActivityDays === 0 || !mayBeClientId(note.clientId)) return;
  takeIn({
    ...note,
    credential: credentialToKeep(note.credential),
    userAgent: userAgentToKeep(note.userAgent),
  });
  writer().db = db;
  writeSoon(FLUSH_INTERVAL_MILLISECONDS);
}

/**
 * Writes what waits. What could not be written is kept for the next time, as far as there is room. Where the database has written and
 * could not say so, requests count twice.
 */
export function flushTokenRequests(): Promise<void> {
  const state = writer();
  const flushed = state.running.catch(() => undefined).then(write);
  state.running = flushed;
  return flushed;
}

async function write(): Promise<void> {
  const { db } = writer();
  if (!db) return;
  sayWhatWasLost();
  const state = waiting();
  const rows = [...state.rows];
  state.rows = new Map();
  while (rows.length > 0) {
    const batch = rows.slice(0, ROWS_A_WRITE);
    try {
      await writeRows(
        db,
        batch.map(([, row]) => row),
      );
    } catch (error) {
      for (const [key, row] of rows) keepRow(key, row);
      throw error;
    }
    rows.splice(0, batch.length);
  }
  const uses = [...state.uses];
  state.uses = new Map();
  try {
    await writeUses(
      db,
      uses.map(([, use]) => use),
    );
  } catch (error) {
    for (const [key, use] of uses) keepUse(key, use);
    throw error;
  }
}

function sayWhatWasLost(): void {
  const state = waiting();
  if (state.lost > 0) log.warn({ requests: state.lost }, "sign-in activity was let go: too much waited");
  state.lost = 0;
}

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

async function writeUses(db: Sql, uses: readonly WaitingUse[]): Promise<void> {
  if (uses.length === 0) return;
  await db.query(WRITE_USES, [
    uses.map((use) => use.credential),
    uses.map((use) => use.address),
    uses.map((use) => use.firstAt),
    uses.map((use) => use.lastAt),
    uses.map((use) => use.count),
  ]);
}
