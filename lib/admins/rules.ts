import { folded } from "@/lib/fold";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, secondsBetween } from "@/lib/time";

export const SIGN_IN_LIFETIME_SECONDS = 8 * HOUR_SECONDS;
export const SETUP_LINK_LIFETIME_SECONDS = DAY_SECONDS;
/** Failures older than this no longer count. */
export const FAILURE_MEMORY_SECONDS = 15 * MINUTE_SECONDS;

/** Emails are compared in this form. */
export function emailKey(email: string): string {
  return folded(email);
}

/**
 * What failed sign-ins are counted by. `pair` is an account from one address, `address` one address whatever the
 * account, `browser` a browser in which this admin signed in before: it is counted by itself, so that nobody else's
 * failures, from whatever address, keep an admin out of their own browser.
 */
export type BucketKind = "pair" | "address" | "browser";

const LIMITS = {
  pair: { free: 5, longestPauseSeconds: 5 * MINUTE_SECONDS },
  address: { free: 30, longestPauseSeconds: MINUTE_SECONDS },
  browser: { free: 10, longestPauseSeconds: MINUTE_SECONDS },
} as const satisfies Record<BucketKind, { free: number; longestPauseSeconds: number }>;

/** @returns how many seconds must still pass before the next attempt; 0 when it may come now. */
export function remainingPauseSeconds(
  kind: BucketKind,
  bucket: { readonly failures: number; readonly lastFailedAt: Date },
  now: Date,
): number {
  const { free, longestPauseSeconds } = LIMITS[kind];
  if (bucket.failures < free || isForgotten(bucket.lastFailedAt, now)) return 0;
  const pauseSeconds = Math.min(2 ** (bucket.failures - free + 1), longestPauseSeconds);
  return Math.max(0, secondsBetween(now, addSeconds(bucket.lastFailedAt, pauseSeconds)));
}

/** @returns whether failures whose last was then no longer count. */
export function isForgotten(lastFailedAt: Date, now: Date): boolean {
  return secondsBetween(lastFailedAt, now) >= FAILURE_MEMORY_SECONDS;
}

/** An admin's sign-in ends after eight hours, or when the password was changed since. */
export function isSignInOver(signedInAt: Date, passwordChangedAt: Date | null, now: Date): boolean {
  if (secondsBetween(signedInAt, now) >= SIGN_IN_LIFETIME_SECONDS) return true;
  return passwordChangedAt === null || passwordChangedAt > signedInAt;
}
