import type { Sql } from "@/lib/ctx";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { onStop } from "@/lib/stopping";
import { MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";

/** How far the counts may be behind. A crash loses at most this much of them, and nothing else. */
const FLUSH_INTERVAL_SECONDS = 2;

const MINUTE_MILLISECONDS = MINUTE_SECONDS * SECOND_MILLISECONDS;

// Adding only: processes flush in any order. Sorted, so that two flushes lock rows in the same order.
const FLUSH = {
  name: "token_issues_flush",
  text: `INSERT INTO token_issues (kid, expires_at, count)
         SELECT kid, expires_at, count FROM unnest($1::text[], $2::timestamptz[], $3::int[]) AS i(kid, expires_at, count)
          ORDER BY kid, expires_at
             ON CONFLICT (kid, expires_at) DO UPDATE SET count = token_issues.count + EXCLUDED.count`,
};

/** Tokens by the minute they expire in and the key that signed them. */
type Counts = Map<string, { readonly kid: string; readonly expiresAt: Date; count: number }>;

const buffer = () =>
  oncePerProcess("token-issues", () => {
    const state: { counts: Counts; db: Sql | null; timer: NodeJS.Timeout | null } = {
      counts: new Map(),
      db: null,
      timer: null,
    };
    onStop("counts of issued tokens", () => flushIssues());
    return state;
  });

function add(counts: Counts, kid: string, minute: number, count: number): void {
  const key = `${minute} ${kid}`;
  const known = counts.get(key);
  if (known) known.count += count;
  else counts.set(key, { kid, expiresAt: new Date(minute * MINUTE_MILLISECONDS), count });
}

/**
 * Counts a token that a key has signed; written in batches, never a write a request.
 * The expiry is rounded up to the minute, so that what is said to be live is never too little.
 */
export function noteIssue(db: Sql, kid: string, expiresAt: Date): void {
  const state = buffer();
  add(state.counts, kid, Math.ceil(expiresAt.getTime() / MINUTE_MILLISECONDS), 1);
  state.db = db;
  state.timer ??= setTimeout(() => {
    state.timer = null;
    flushIssues().catch((error: Error) =>
      log.warn({ reason: error.message }, "counts of issued tokens not written yet"),
    );
  }, FLUSH_INTERVAL_SECONDS * SECOND_MILLISECONDS).unref();
}

/**
 * Writes what was counted; on failure it is kept for the next token. Where the database has written and could not say so,
 * the tokens count twice: before a withdrawal, too many is the better mistake.
 */
export async function flushIssues(): Promise<void> {
  const state = buffer();
  if (!state.db || state.counts.size === 0) return;
  const counts = [...state.counts.values()];
  state.counts = new Map();
  try {
    await state.db.query(FLUSH, [
      counts.map(({ kid }) => kid),
      counts.map(({ expiresAt }) => expiresAt),
      counts.map(({ count }) => count),
    ]);
  } catch (error) {
    for (const { kid, expiresAt, count } of counts) {
      add(state.counts, kid, expiresAt.getTime() / MINUTE_MILLISECONDS, count);
    }
    throw error;
  }
}
