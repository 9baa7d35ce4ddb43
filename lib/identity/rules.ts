import { addSeconds, DAY_SECONDS, MINUTE_SECONDS } from "@/lib/time";

/** How long caches may keep the metadata and the JWK set (`Cache-Control: max-age`). */
export const DOCUMENT_MAX_AGE_SECONDS = 5 * MINUTE_SECONDS;
/** How old a process's picture of the keys may be when no signal has told it to look again. */
export const RING_MAX_AGE_SECONDS = MINUTE_SECONDS;
/** How long widespread client libraries keep a JWK set, whatever its `max-age` says. */
const LIBRARIES_KEEP_SECONDS = 9 * MINUTE_SECONDS;

/**
 * How long a key is published before it signs, at the least: a verifier that fetched the set just before the key was in it
 * has fetched it again by then. 15 minutes.
 */
export const PUBLISHED_BEFORE_SECONDS =
  DOCUMENT_MAX_AGE_SECONDS + RING_MAX_AGE_SECONDS + LIBRARIES_KEEP_SECONDS;
export const PUBLISHED_BEFORE_MINUTES = PUBLISHED_BEFORE_SECONDS / MINUTE_SECONDS;
/** The same when nobody waits for it: rotation by schedule. */
export const PUBLISHED_BEFORE_SCHEDULE_SECONDS = DAY_SECONDS;

/** No token lives longer, whatever is configured; so long does a key verify after it has signed for the last time. */
export const TOKEN_LIFETIME_MAX_SECONDS = DAY_SECONDS;
/** How far the clock of a host or of another process may be ahead: what is dated later than that was not made yet. */
export const CLOCK_SKEW_SECONDS = 30;
/** What clocks of processes and verifiers may differ by. */
const CLOCK_LEEWAY_SECONDS = 5 * MINUTE_SECONDS;

/** The instants that say what a key is. */
export type KeyLife = {
  readonly kid: string;
  readonly createdAt: Date;
  /** null: it never signs here. */
  readonly activatesAt: Date | null;
  readonly retiredAt: Date | null;
  readonly withdrawnAt: Date | null;
};

export type KeyState = "Next" | "Active" | "Retired" | "Withdrawn" | "Gone";

/**
 * A key's life: published as next, active from `activatesAt` until a younger one is, retired while tokens it signed may
 * live, then gone. Withdrawn ends it at any point.
 * @param keys all keys there are
 * @returns the key that signs at that moment, or null
 */
export function signerAt<K extends KeyLife>(keys: readonly K[], now: Date): K | null {
  let signer: K | null = null;
  for (const key of keys) {
    if (key.withdrawnAt || key.retiredAt || !key.activatesAt || key.activatesAt > now) continue;
    if (!signer?.activatesAt || key.activatesAt > signer.activatesAt) signer = key;
  }
  return signer;
}

/** @returns when the key stopped signing, or null while it signs or is to sign */
export function stoppedSigningAt(key: KeyLife, signer: KeyLife | null, now: Date): Date | null {
  if (key.retiredAt) return key.retiredAt;
  const isSuperseded = key.activatesAt && key.activatesAt <= now && key.kid !== signer?.kid;
  return isSuperseded ? (signer?.activatesAt ?? key.activatesAt) : null;
}

/** @returns the instant at which the last token that a key can have signed is dead */
export function lastTokenDiesAt(stoppedAt: Date): Date {
  return addSeconds(stoppedAt, TOKEN_LIFETIME_MAX_SECONDS + CLOCK_LEEWAY_SECONDS);
}

/** Rows retired before this can be of keys that are gone only. */
export function goneWhenRetiredBefore(now: Date): Date {
  return addSeconds(now, -(TOKEN_LIFETIME_MAX_SECONDS + CLOCK_LEEWAY_SECONDS));
}

export function stateOf(key: KeyLife, signer: KeyLife | null, now: Date): KeyState {
  if (key.withdrawnAt) return "Withdrawn";
  if (key.kid === signer?.kid) return "Active";
  const stoppedAt = stoppedSigningAt(key, signer, now);
  if (!stoppedAt) return "Next";
  return lastTokenDiesAt(stoppedAt) > now ? "Retired" : "Gone";
}

/**
 * Whether others may meet signatures of the key: it is in the JWK set, and the verifier takes it. The next key counts too,
 * because the clock of another process may be ahead.
 */
export function isPublished(state: KeyState): boolean {
  return state === "Next" || state === "Active" || state === "Retired";
}

/** @returns the published key that does not sign yet, or null; there is one at most */
export function nextKey<K extends KeyLife>(keys: readonly K[], now: Date): K | null {
  const signer = signerAt(keys, now);
  return keys.find((key) => stateOf(key, signer, now) === "Next") ?? null;
}

/**
 * Rotation by schedule.
 * @param rotationDays 0: never
 * @returns from when on a key that is to be published now will sign, or null while none is due or one is waiting already
 */
export function scheduledChange(keys: readonly KeyLife[], rotationDays: number, now: Date): Date | null {
  const signer = signerAt(keys, now);
  if (rotationDays === 0 || !signer?.activatesAt || nextKey(keys, now)) return null;
  const due = addSeconds(signer.activatesAt, rotationDays * DAY_SECONDS);
  if (addSeconds(due, -PUBLISHED_BEFORE_SCHEDULE_SECONDS) > now) return null;
  const earliest = addSeconds(now, PUBLISHED_BEFORE_SECONDS);
  return new Date(Math.max(due.getTime(), earliest.getTime()));
}
