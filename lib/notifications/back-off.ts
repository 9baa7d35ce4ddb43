import { DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS } from "@/lib/time";

/** How long is waited after the first failure, the second, and so on: three days in all. */
const DELAYS_SECONDS = [
  5,
  30,
  2 * MINUTE_SECONDS,
  10 * MINUTE_SECONDS,
  30 * MINUTE_SECONDS,
  HOUR_SECONDS,
  2 * HOUR_SECONDS,
  4 * HOUR_SECONDS,
  8 * HOUR_SECONDS,
  16 * HOUR_SECONDS,
  20 * HOUR_SECONDS,
  20 * HOUR_SECONDS,
];

/** Receivers that came back together are not asked together. */
const JITTER = 0.1;

/** Within this nobody else sends to the receiver; longer than a receiver may take. */
export const LEASE_SECONDS = MINUTE_SECONDS;

/** What a receiver has not taken for so long is given up. */
export const GIVEN_UP_AFTER_DAYS = Math.round(
  DELAYS_SECONDS.reduce((all, seconds) => all + seconds) / DAY_SECONDS,
);

/**
 * @param failed how often it has failed, from 1
 * @param random from 0 to 1
 * @returns how many seconds to wait; null when it is given up
 */
export function retryAfterSeconds(failed: number, random: number): number | null {
  const delay = DELAYS_SECONDS[failed - 1];
  return delay === undefined ? null : delay * (1 - JITTER + 2 * JITTER * random);
}
