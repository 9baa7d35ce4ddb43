import { DAY_SECONDS, secondsBetween } from "@/lib/time";
import type { CredentialKind, CredentialState } from "./schema";

/** How long before it expires a credential is told of: to its hosts, and on the pages. */
export const EXPIRY_WARNING_SECONDS = 14 * DAY_SECONDS;

type Life = { readonly expiresAt: Date | null; readonly revokedAt: Date | null };

/** A credential's state is a question about its row and the time; it is stored nowhere. */
export function credentialState({ expiresAt, revokedAt }: Life, now: Date): CredentialState {
  if (revokedAt) return "Deleted";
  return expiresAt && expiresAt.getTime() <= now.getTime() ? "Expired" : "Live";
}

/** @returns whether it still works and will stop within the warning time. */
export function expiresSoon(life: Life, now: Date): boolean {
  if (!life.expiresAt || credentialState(life, now) !== "Live") return false;
  return secondsBetween(now, life.expiresAt) < EXPIRY_WARNING_SECONDS;
}

/** What people call each kind. */
export const CREDENTIAL_WORDS = { Secret: "client secret", Key: "key" } as const satisfies Record<
  CredentialKind,
  string
>;

/** @returns whether a pasted text holds the private half of a key, which must never leave its owner. */
export function looksPrivate(text: string): boolean {
  return /PRIVATE KEY-----/.test(text) || /"(?:d|p|q|dp|dq|qi|oth|k)"\s*:/.test(text);
}
