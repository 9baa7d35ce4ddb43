import { HOUR_SECONDS, MINUTE_SECONDS } from "@/lib/time";
import { type ClientAuthentication, TOKEN_SCOPES, type TokenScope } from "./schema";

/** @returns the kind of credential that is not accepted any more; null when both are. */
export function refusedKind(accepted: ClientAuthentication): Exclude<ClientAuthentication, "Any"> | null {
  if (accepted === "Any") return null;
  return accepted === "Key" ? "Secret" : "Key";
}

type Terms = { readonly requiresDpop: boolean | null; readonly allowedScopes: readonly string[] };

/** @returns whether tokens that were sold before may be refused now */
export const areTermsChanged = (before: Terms, after: Terms): boolean =>
  before.requiresDpop !== after.requiresDpop || before.allowedScopes.join() !== after.allowedScopes.join();

/** @returns those of the stored scopes that there are, in their order */
export function knownScopes(stored: readonly string[]): TokenScope[] {
  return TOKEN_SCOPES.filter((scope) => stored.includes(scope));
}

/** The units in which people write how long a token is good, the largest first. */
export const LIFETIME_UNITS = { hours: HOUR_SECONDS, minutes: MINUTE_SECONDS, seconds: 1 } as const;
export type LifetimeUnit = keyof typeof LIFETIME_UNITS;

/** @returns the lifetime in the largest unit that makes it a whole number */
export function inLifetimeUnit(seconds: number): { readonly amount: number; readonly unit: LifetimeUnit } {
  const fitting = (["hours", "minutes"] as const).find((unit) => seconds % LIFETIME_UNITS[unit] === 0);
  const unit = fitting ?? "seconds";
  return { amount: seconds / LIFETIME_UNITS[unit], unit };
}
