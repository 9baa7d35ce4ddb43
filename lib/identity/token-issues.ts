import type { Sql } from "@/lib/ctx";
import { MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";
import { writeBehind } from "@/lib/write-behind";

/** How far the counts may be behind. A crash loses at most this much of them, and nothing else. */
const FLUSH_INTERVAL_SECONDS = 2;
/** A day has 1,440 minutes, and there are few keys. */
const WAITING_MAX = 10_000;

const MINUTE_MILLISECONDS = MINUTE_SECONDS * SECOND_MILLISECONDS;

// Adding only: processes flush in any order. Sorted, so that two flushes lock rows in the same order.
const FLUSH = {
  name: "token_issues_flush",
  text: `INSERT INTO token_issues (kid, expires_at, count)
         SELECT kid, expires_at, count FROM unnest($1::text[], $2::timestamptz[], $3::int[]) AS i(kid, expires_at, count)
          ORDER BY kid, expires_at
             ON CONFLICT (kid, expires_at) DO UPDATE SET count = token_issues.count + EXCLUDED.count`,
};

type Issued = { readonly kid: string; readonly expiresAt: Date; count: number };

/** Tokens by the minute they expire in and the key that signed them. */
const issues = writeBehind<Issued>("counts of issued tokens", {
  everyMilliseconds: FLUSH_INTERVAL_SECONDS * SECOND_MILLISECONDS,
  max: WAITING_MAX,
  merge: (one, other) => {
    one.count += other.count;
    return one;
  },
  weight: ({ count }) => count,
  write: async (db, entries) => {
    await db.query(FLUSH, [
      entries.map(([, { kid }]) => kid),
      entries.map(([, { expiresAt }]) => expiresAt),
      entries.map(([, { count }]) => count),
    ]);
  },
});

/**
 * Counts a token that a key has signed; written in batches, never a write a request. Where the database has written and could not say so,
 * tokens count twice: before a withdrawal, too many is the better mistake.
 * The expiry is rounded up to the minute, so that what is said to be live is never too little.
 */
export function noteIssue(db: Sql, kid: string, expiresAt: Date): void {
  const minute = Math.ceil(expiresAt.getTime() / MINUTE_MILLISECONDS);
  issues.add(db, `${minute} ${kid}`, { kid, expiresAt: new Date(minute * MINUTE_MILLISECONDS), count: 1 });
}

/** Writes what was counted. */
export const flushIssues = (): Promise<void> => issues.flush();
