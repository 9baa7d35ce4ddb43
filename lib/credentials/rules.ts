import { asPlainLine, shortened } from "@/lib/text";
import { addSeconds, DAY_SECONDS, secondsBetween } from "@/lib/time";
import { CREDENTIAL_NAME_MAX_LENGTH, type CredentialKind, type CredentialState } from "./schema";

/** How long before it expires a credential is told of: to its hosts, and on the pages. */
export const EXPIRY_WARNING_SECONDS = 14 * DAY_SECONDS;

/** After how many days without use a secret is probably nobody's any more. */
export const UNUSED_AFTER_DAYS = 90;

type Life = {
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly disabledAt: Date | null;
};

/** A credential's state is a question about its row and the time; it is stored nowhere. */
export function credentialState({ expiresAt, revokedAt, disabledAt }: Life, now: Date): CredentialState {
  if (revokedAt) return "Deleted";
  if (expiresAt && expiresAt.getTime() <= now.getTime()) return "Expired";
  return disabledAt ? "Disabled" : "Live";
}

/** @returns whether it is over for good; a disabled one is not, and takes a place among those a machine may have. */
export function isEnded(life: Life, now: Date): boolean {
  return ["Deleted", "Expired"].includes(credentialState(life, now));
}

/** @returns whether it still works and will stop within the warning time. */
export function expiresSoon(life: Life, now: Date): boolean {
  if (!life.expiresAt || credentialState(life, now) !== "Live") return false;
  return secondsBetween(now, life.expiresAt) < EXPIRY_WARNING_SECONDS;
}

/** @returns how many of them work now: neither deleted nor expired nor disabled. */
export function countLive(credentials: readonly Life[], now: Date): number {
  return credentials.filter((one) => credentialState(one, now) === "Live").length;
}

/** @returns how many of them take a place among those a machine may have. */
export function countNotEnded(credentials: readonly Life[], now: Date): number {
  return credentials.filter((one) => !isEnded(one, now)).length;
}

/** After how many days a credential can be told to expire without typing a date. */
export const EXPIRY_DAYS = [30, 90, 180, 365] as const;

/** @returns the instant that many days of 24 hours from now */
export function expiryAfter(days: number, now: Date): Date {
  return addSeconds(now, days * DAY_SECONDS);
}

/** @returns what a key is called that a host made in the place of another one */
export function hostKeyName(hostName: string, oldId: string): string {
  const why = ` (rotation of ${oldId})`;
  return shortened(asPlainLine(hostName), CREDENTIAL_NAME_MAX_LENGTH - why.length) + why;
}

/** What people call each kind. */
export const CREDENTIAL_WORDS = { Secret: "client secret", Key: "key" } as const satisfies Record<
  CredentialKind,
  string
>;

/**
 * @returns whether a pasted text holds the private half of a key, which must never leave its owner: a PEM block of any
 * make, a JWK, a key of PuTTY, an XML key
 */
export function looksPrivate(text: string): boolean {
  return [
    /PRIVATE KEY/i,
    /^Private-Lines:/m,
    /<(?:D|P|Q|DP|DQ|InverseQ)>/,
    /["'](?:d|p|q|dp|dq|qi|oth|k)["']\s*:/,
  ].some((mark) => mark.test(text));
}
