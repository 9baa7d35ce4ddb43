import { ROLES, type Role } from "./roles";

/** Who comes in from an OpenID provider, and as what. */
export type ArrivalRules = {
  /** Emails of other domains are refused; null is any. */
  readonly emailDomains: readonly string[] | null;
  /** The provider's emails are taken as verified, whatever it says: for providers that do not say. */
  readonly trustsEmail: boolean;
  /** The claim whose values {@link roles} names. */
  readonly roleClaim: string;
  /** Roles by values of the claim. Where there are any, somebody without one is not let in, unless {@link defaultRole} says so. */
  readonly roles: ReadonlyMap<string, Role> | null;
  /** What somebody new becomes whom no other rule makes anything; null is nothing, so they need an invite. */
  readonly defaultRole: Role | null;
  /** The tenant that somebody new joins. */
  readonly tenantSlug: string;
};

export type Verdict =
  | { readonly isLetIn: true; readonly email: string; readonly role: Role | null }
  | { readonly isLetIn: false; readonly reason: "email" | "rules" };

type Parsed<T> = { readonly value: T } | { readonly problem: string };

const listed = (text: string) => text.split(",").map((part) => part.trim());

/** Reads `example.com, example.org`. */
export function parseEmailDomains(text: string): Parsed<readonly string[]> {
  const domains = listed(text.toLowerCase());
  const wrong = domains.find((domain) => !/^[^\s@.]+(?:\.[^\s@.]+)+$/.test(domain));
  if (wrong === undefined) return { value: domains };
  return {
    problem: `must list domains, separated by commas, like example.com, example.org; not ${wrong || "an empty one"}`,
  };
}

/** Reads `latchkey-admins=Administrator, it=Operator`. */
export function parseRoles(text: string): Parsed<ReadonlyMap<string, Role>> {
  const roles = new Map<string, Role>();
  for (const pair of listed(text)) {
    const at = pair.lastIndexOf("=");
    const role = ROLES.find((known) => known === pair.slice(at + 1).trim());
    const value = pair.slice(0, Math.max(at, 0)).trim();
    if (!role || !value) {
      return {
        problem: `must list values and roles, separated by commas, like admins=Administrator, it=Operator; not ${pair || "an empty one"}`,
      };
    }
    roles.set(value, role);
  }
  return { value: roles };
}

/** Of an object, however deep, nothing is a role. */
const valuesOf = (claim: unknown): readonly unknown[] =>
  (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value !== "object");

/**
 * @param claims of an ID token whose signature, issuer, audience, time and nonce are right (OpenID Connect Core §3.1.3.7)
 * @returns whether the rules let the person in; with the role that somebody new gets, the highest of several
 */
export function judgeArrival(claims: Readonly<Record<string, unknown>>, rules: ArrivalRules): Verdict {
  const { email } = claims;
  if (typeof email !== "string" || !/^[^\s@]+@[^\s@]+$/.test(email))
    return { isLetIn: false, reason: "email" };
  if (claims.email_verified !== true && !rules.trustsEmail) return { isLetIn: false, reason: "email" };
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  if (rules.emailDomains && !rules.emailDomains.includes(domain)) return { isLetIn: false, reason: "rules" };
  if (!rules.roles) return { isLetIn: true, email, role: rules.defaultRole };
  const values = valuesOf(claims[rules.roleClaim]);
  const given = ROLES.find((role) => values.some((value) => rules.roles?.get(String(value)) === role));
  const role = given ?? rules.defaultRole;
  return role ? { isLetIn: true, email, role } : { isLetIn: false, reason: "rules" };
}
