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
export type WaitingRow = TokenRequestNote & {
  readonly isFolded: boolean;
  readonly lastAt: Date;
  readonly count: number;
};

/** How often this credential bought a token from this address since the last flush. */
export type WaitingUse = {
  readonly clientId: string;
  readonly credential: string;
  readonly address: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly count: number;
};

/** Some four megabytes; a process whose database is away keeps these, and counts what it had to let go. */
export const WAITING_ROWS_MAX = 10_000;
/** Strangers can name any number of clients. When there are too many to tell apart, each of them begins anew. */
const SUBJECTS_MAX = 20_000;

/** What waits in this process. */
export const waiting = () =>
  oncePerProcess("token-request-rows", () => ({
    /** By what they have in common when they are folded; each for itself otherwise. */
    rows: new Map<string, WaitingRow>(),
    uses: new Map<string, WaitingUse>(),
    lost: 0,
    serial: 0,
    /** How many requests of each client this minute has seen. */
    minute: 0,
    seen: new Map<string, number>(),
  }));

const earlier = (one: Date, other: Date) => (one.getTime() < other.getTime() ? one : other);
const later = (one: Date, other: Date) => (one.getTime() > other.getTime() ? one : other);

const same = <T>(one: T, other: T): T | null => (one === other ? one : null);

/** @returns one row for both; what they do not have in common is left open */
function fold(one: WaitingRow, other: WaitingRow): WaitingRow {
  return {
    ...one,
    credential: same(one.credential, other.credential),
    code: same(one.code, other.code),
    reason: same(one.reason, other.reason),
    address: same(one.address, other.address),
    userAgent: same(one.userAgent, other.userAgent),
    lastAt: later(one.lastAt, other.lastAt),
    count: one.count + other.count,
  };
}

/** @returns how many of the client's requests the minute has seen, this one included */
function countIn(minute: Date, subject: string): number {
  const state = waiting();
  if (state.minute !== minute.getTime() || state.seen.size >= SUBJECTS_MAX) state.seen.clear();
  state.minute = minute.getTime();
  const seen = (state.seen.get(subject) ?? 0) + 1;
  state.seen.set(subject, seen);
  return seen;
}

/** Puts a row among those that wait, or counts it as lost when there are too many. */
export function keepRow(key: string, row: WaitingRow): void {
  const state = waiting();
  const known = state.rows.get(key);
  if (known) state.rows.set(key, fold(known, row));
  else if (state.rows.size < WAITING_ROWS_MAX) state.rows.set(key, row);
  else state.lost += row.count;
}

/** Adds to what waits to be said of a credential. */
export function keepUse(key: string, use: WaitingUse): void {
  const { uses } = waiting();
  const known = uses.get(key);
  if (!known) uses.set(key, use);
  else
    uses.set(key, {
      ...use,
      firstAt: earlier(known.firstAt, use.firstAt),
      lastAt: later(known.lastAt, use.lastAt),
      count: known.count + use.count,
    });
}

/** Takes a request in: as a row of its own, or, above the rate of its client, as part of its minute's. */
export function takeIn(note: TokenRequestNote): void {
  const state = waiting();
  const minute = minuteOf(note.at);
  const subject = `${note.outcome} ${note.clientId}`;
  if (countIn(minute, subject) > ROWS_A_MINUTE[note.outcome]) {
    keepRow(`${minute.getTime()} ${subject}`, {
      ...note,
      at: minute,
      lastAt: note.at,
      isFolded: true,
      count: 1,
    });
  } else {
    state.serial += 1;
    keepRow(String(state.serial), { ...note, lastAt: note.at, isFolded: false, count: 1 });
  }
  if (note.outcome !== "Granted" || note.credential === null) return;
  const address = note.address ?? "unknown";
  keepUse(`${note.credential} ${address}`, {
    clientId: note.clientId,
    credential: note.credential,
    address,
    firstAt: note.at,
    lastAt: note.at,
    count: 1,
  });
}
