/** Units of time. The only file that multiplies by 60. */
export const SECOND_MILLISECONDS = 1000;
export const MINUTE_SECONDS = 60;
export const HOUR_SECONDS = 60 * MINUTE_SECONDS;
export const DAY_SECONDS = 24 * HOUR_SECONDS;

/** @returns the instant `seconds` after `at` (before it when negative). */
export function addSeconds(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * SECOND_MILLISECONDS);
}

/** @returns whole seconds from `from` to `to`, rounded towards zero. */
export function secondsBetween(from: Date, to: Date): number {
  return Math.trunc((to.getTime() - from.getTime()) / SECOND_MILLISECONDS);
}

/** @returns NumericDate (RFC 7519 §2): whole seconds since 1970-01-01T00:00:00Z. */
export function numericDate(at: Date): number {
  return Math.floor(at.getTime() / SECOND_MILLISECONDS);
}

/**
 * How far a NumericDate lies ahead (behind when negative), in seconds. What a stranger dates is compared by this: the number may lie
 * outside of what a Date can hold, and an invalid Date is neither before nor after anything.
 */
export function secondsUntil(seconds: number, now: Date): number {
  return seconds - now.getTime() / SECOND_MILLISECONDS;
}

/** @returns the instant of a NumericDate (RFC 7519 §2) that is known to lie within a Date's range. */
export function atNumericDate(seconds: number): Date {
  return new Date(seconds * SECOND_MILLISECONDS);
}
