import { folded } from "@/lib/fold";
import type { Role } from "@/lib/roles";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, secondsBetween } from "@/lib/time";

export const SIGN_IN_LIFETIME_SECONDS = 8 * HOUR_SECONDS;
export const SETUP_LINK_LIFETIME_SECONDS = DAY_SECONDS;
/** Invites and reset links travel by mail or chat, so they do not live long. */
export const LINK_LIFETIME_SECONDS = HOUR_SECONDS;
/** How long a proof of who one is lasts for sensitive deeds. */
export const CONFIRMED_FOR_SECONDS = 10 * MINUTE_SECONDS;
/** When a sign-in was last seen is kept no finer than this: not every click is a write. */
export const SEEN_EVERY_SECONDS = MINUTE_SECONDS;
/** How long it is kept where somebody signed in from. */
export const SIGN_INS_KEPT_SECONDS = 90 * DAY_SECONDS;
export const USER_AGENT_MAX_CHARACTERS = 500;
/** Failures older than this no longer count. */
export const FAILURE_MEMORY_SECONDS = 15 * MINUTE_SECONDS;

/** Emails are compared in this form. */
export function emailKey(email: string): string {
  return folded(email);
}

/**
 * Narrower than `emailKey`, which takes emails that look alike for one so that no two accounts have them: `straße.example` and
 * `strasse.example` are two domains, and who reads mail at one has not shown that they read it at the other.
 * @returns whether mail to both goes to one mailbox
 */
export function isSameMailbox(one: string, other: string): boolean {
  const plain = (email: string) =>
    email
      .trim()
      .normalize("NFC")
      .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return plain(one) === plain(other);
}

/**
 * What failed sign-ins are counted by. `pair` is an account from one address, `address` one address whatever the
 * account, `site` all the addresses that one owner may have, `browser` a browser in which this admin signed in before: it is counted by itself, so that nobody else's
 * failures, from whatever address, keep an admin out of their own browser. `code` is an account whose password somebody
 * knows and whose second factor they guess, from whatever address. `account` is somebody who is signed in and proves again who they are.
 */
export type BucketKind = "pair" | "address" | "site" | "browser" | "code" | "account";

const LIMITS = {
  pair: { free: 5, longestPauseSeconds: 5 * MINUTE_SECONDS },
  address: { free: 30, longestPauseSeconds: MINUTE_SECONDS },
  site: { free: 120, longestPauseSeconds: MINUTE_SECONDS },
  code: { free: 5, longestPauseSeconds: 5 * MINUTE_SECONDS },
  browser: { free: 10, longestPauseSeconds: MINUTE_SECONDS },
  account: { free: 10, longestPauseSeconds: MINUTE_SECONDS },
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

/** A sign-in ends after eight hours, or when somebody ended it. */
export function isSignInOver(
  signIn: { readonly startedAt: Date; readonly endedAt: Date | null },
  now: Date,
): boolean {
  return signIn.endedAt !== null || secondsBetween(signIn.startedAt, now) >= SIGN_IN_LIFETIME_SECONDS;
}

/** @returns whether a sensitive deed must ask again who it is */
export function isConfirmationOld(confirmedAt: Date, now: Date): boolean {
  return secondsBetween(confirmedAt, now) >= CONFIRMED_FOR_SECONDS;
}

type Disabled = { readonly disabledAt: Date | null };

/** @returns whether an admin may not come in at all: disabled altogether, or in every tenant they belong to */
export function isBarred(admin: Disabled & { readonly memberships: readonly Disabled[] }): boolean {
  if (admin.disabledAt !== null) return true;
  const { memberships } = admin;
  return memberships.length > 0 && memberships.every(({ disabledAt }) => disabledAt !== null);
}

type Member = { readonly adminId: string; readonly role: Role; readonly isDisabled: boolean };

/** @returns whether the tenant would be without an administrator who can come in, were it not for this one */
export function isLastAdministrator(members: readonly Member[], adminId: string): boolean {
  const standing = members.filter(({ role, isDisabled }) => role === "Administrator" && !isDisabled);
  return standing.length === 1 && standing[0]?.adminId === adminId;
}
