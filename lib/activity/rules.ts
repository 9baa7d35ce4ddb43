import { asPlainLine } from "@/lib/text";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";
import type { ActivityBin, ActivityPeriod, TokenOutcome } from "./schema";

/**
 * How many requests of a machine in one minute get a row each, in every process; what comes above that in the same minute becomes one row
 * with a count. Anybody may have a client id refused, so refusals get few; who is granted a token is known.
 */
export const ROWS_A_MINUTE: Readonly<Record<TokenOutcome, number>> = { Granted: 300, Refused: 20 };

const USER_AGENT_MAX_LENGTH = 200;
/** A client secret as it is written; nobody's program is called that. */
const SECRET = /lks_[0-9A-Za-z]{16}_[0-9A-Za-z]+/g;

/** @returns what a client called its secret or key, where one of ours can be called that; a key may go by its thumbprint */
export function credentialToKeep(claimed: string | null): string | null {
  return claimed !== null && /^[\w-]{16,64}$/.test(claimed) ? claimed : null;
}

/** @returns the instant at which its minute, UTC, begins, in milliseconds since 1970 */
export function minuteOf(at: Date): number {
  const minute = MINUTE_SECONDS * SECOND_MILLISECONDS;
  return Math.floor(at.getTime() / minute) * minute;
}

/**
 * @param sent the `User-Agent` header as it came
 * @returns what can be kept and shown of it: one line, of at most 200 characters, without a client secret; null for nothing
 */
export function userAgentToKeep(sent: string | null): string | null {
  // Cut first: a header may be long.
  const line = asPlainLine((sent ?? "").slice(0, 1000).replace(SECRET, "lks_…")).trim();
  return line === "" ? null : Array.from(line).slice(0, USER_AGENT_MAX_LENGTH).join("");
}

/** How long a period is, and the stretches of time that its chart has a bar for. In seconds. */
const PERIODS: Readonly<Record<ActivityPeriod, { readonly bins: number; readonly binSeconds: number }>> = {
  "24h": { bins: 24, binSeconds: HOUR_SECONDS },
  "7d": { bins: 28, binSeconds: 6 * HOUR_SECONDS },
  "30d": { bins: 30, binSeconds: DAY_SECONDS },
};

/** @returns where a period begins: its last stretch is the hour, the six hours or the day (UTC) of `now` */
export function periodStart(period: ActivityPeriod, now: Date): Date {
  const { bins, binSeconds } = PERIODS[period];
  const bin = binSeconds * SECOND_MILLISECONDS;
  return addSeconds(new Date(Math.floor(now.getTime() / bin) * bin), -(bins - 1) * binSeconds);
}

type Hour = { readonly hour: Date; readonly granted: number; readonly refused: number };

/** @returns the bars of a period's chart, the oldest first, also those in which nothing happened */
export function binHours(hours: readonly Hour[], period: ActivityPeriod, now: Date): ActivityBin[] {
  const start = periodStart(period, now);
  const { bins, binSeconds } = PERIODS[period];
  const sums = Array.from({ length: bins }, () => ({ granted: 0, refused: 0 }));
  for (const { hour, granted, refused } of hours) {
    const index = Math.floor((hour.getTime() - start.getTime()) / (binSeconds * SECOND_MILLISECONDS));
    const sum = sums[index];
    if (!sum) continue;
    sum.granted += granted;
    sum.refused += refused;
  }
  return sums.map((sum, index) => ({
    from: addSeconds(start, index * binSeconds),
    to: addSeconds(start, (index + 1) * binSeconds),
    ...sum,
  }));
}

/** @returns how many there were in all */
export function totalOf(bins: readonly ActivityBin[]): {
  readonly granted: number;
  readonly refused: number;
} {
  return {
    granted: bins.reduce((sum, bin) => sum + bin.granted, 0),
    refused: bins.reduce((sum, bin) => sum + bin.refused, 0),
  };
}
