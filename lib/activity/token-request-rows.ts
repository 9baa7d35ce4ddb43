import { oncePerProcess } from "@/lib/shared";
import { minuteOf, ROWS_A_MINUTE } from "./rules";
import type { TokenOutcome } from "./schema";

/** A token request as it is recorded. Nothing of it is believed but what a grant proves. */
export type TokenRequestNote = {
  readonly at: Date;
  readonly outcome: TokenOutcome;
  readonly clientId: string;
  /** The secret or key that was used or named: its id, or a key's thumbprint. */
  readonly credential: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
};

/** A row that waits to be written; a folded one stands for several requests of its minute. */
export type WaitingRow = { -readonly [column in keyof TokenRequestNote]: TokenRequestNote[column] } & {
  readonly isFolded: boolean;
  lastAt: Date;
  count: number;
};

/** How often this credential bought a token from this address since the last flush. */
export type WaitingUse = {
  readonly clientId: string;
  readonly credential: string;
  readonly address: string;
  firstAt: Date;
  lastAt: Date;
  count: number;
};

/** Strangers can name any number of clients. When there are too many to tell apart, each of them begins anew. */
const SUBJECTS_MAX = 20_000;

/** How many requests of each client this minute has seen, in this process. */
export const seenThisMinute = () =>
  oncePerProcess("token-request-rates", () => ({ minute: 0, seen: new Map<string, number>(), serial: 0 }));

type Folded = Pick<WaitingRow, "credential" | "code" | "reason" | "address" | "userAgent">;

/** @returns the row, which stands for the other requests, too, from now on; what they do not have in common is left open */
export function foldInto(row: WaitingRow, other: Folded, lastAt: Date, count: number): WaitingRow {
  if (row.credential !== other.credential) row.credential = null;
  if (row.code !== other.code) row.code = null;
  if (row.reason !== other.reason) row.reason = null;
  if (row.address !== other.address) row.address = null;
  if (row.userAgent !== other.userAgent) row.userAgent = null;
  if (lastAt > row.lastAt) row.lastAt = lastAt;
  row.count += count;
  return row;
}

/** @returns the first, which stands for both from now on */
export function addUses(one: WaitingUse, other: WaitingUse): WaitingUse {
  if (other.firstAt < one.firstAt) one.firstAt = other.firstAt;
  if (other.lastAt > one.lastAt) one.lastAt = other.lastAt;
  one.count += other.count;
  return one;
}

/** @returns how many of the client's requests the minute has seen, this one included */
function countIn(minute: number, subject: string): number {
  const state = seenThisMinute();
  if (state.minute !== minute || state.seen.size >= SUBJECTS_MAX) state.seen.clear();
  state.minute = minute;
  const seen = (state.seen.get(subject) ?? 0) + 1;
  state.seen.set(subject, seen);
  return seen;
}

type Keyed<T> = readonly [key: string, value: T];

/**
 * @param waiting what waits to be written, by key
 * @returns a request as a row of its own, under the key that it is to wait under; null where it became part of its minute's, above the rate of its client
 */
export function rowOf(
  note: TokenRequestNote,
  waiting: ReadonlyMap<string, WaitingRow>,
): Keyed<WaitingRow> | null {
  const minute = minuteOf(note.at);
  const subject = `${note.outcome} ${note.clientId}`;
  if (countIn(minute, subject) <= ROWS_A_MINUTE[note.outcome]) {
    const state = seenThisMinute();
    state.serial += 1;
    return [String(state.serial), { ...note, lastAt: note.at, isFolded: false, count: 1 }];
  }
  const key = `${minute} ${subject}`;
  const folded = waiting.get(key);
  if (!folded) return [key, { ...note, at: new Date(minute), lastAt: note.at, isFolded: true, count: 1 }];
  foldInto(folded, note, note.at, 1);
  return null;
}

/** @returns what a grant says of the credential it was for; null for what is none */
export function countedUse({
  outcome,
  credential,
  address,
  clientId,
  at,
}: TokenRequestNote): Keyed<WaitingUse> | null {
  if (outcome !== "Granted" || credential === null) return null;
  const from = address ?? "unknown";
  return [
    `${credential} ${from}`,
    { clientId, credential, address: from, firstAt: at, lastAt: at, count: 1 },
  ];
}
