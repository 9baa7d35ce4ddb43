import { inLifetimeUnit, LIFETIME_UNITS, type LifetimeUnit } from "@/lib/token-policy/rules";
import type { MachineTokenPolicy } from "@/lib/token-policy/schema";

/** What stands in the form: text as typed. An empty choice is to inherit. */
export type TokenPolicyDraft = {
  readonly lifetime: string;
  readonly lifetimeUnit: LifetimeUnit;
  readonly limitsScopes: boolean;
  readonly scopes: readonly string[];
  readonly clientAuthentication: string;
  readonly requiresDpop: string;
};

export function policyDraftOf(policy: MachineTokenPolicy): TokenPolicyDraft {
  const { tokenLifetimeSeconds: seconds, allowedScopes, clientAuthentication, requiresDpop } = policy;
  const lifetime = seconds === null ? null : inLifetimeUnit(seconds);
  return {
    lifetime: lifetime ? String(lifetime.amount) : "",
    lifetimeUnit: lifetime?.unit ?? "minutes",
    limitsScopes: allowedScopes.length > 0,
    scopes: allowedScopes,
    clientAuthentication: clientAuthentication ?? "",
    requiresDpop: requiresDpop === null ? "" : String(requiresDpop),
  };
}

function secondsOf({ lifetime, lifetimeUnit }: TokenPolicyDraft): number | null {
  const text = lifetime.trim();
  if (text === "") return null;
  return /^\d+$/.test(text) ? Number(text) * LIFETIME_UNITS[lifetimeUnit] : Number.NaN;
}

/** @returns what the request schema reads; what is not right stays wrong instead of becoming something else */
export function policyOf(draft: TokenPolicyDraft) {
  const { limitsScopes, scopes, clientAuthentication, requiresDpop } = draft;
  return {
    tokenLifetimeSeconds: secondsOf(draft),
    // A list without any would be read as "all of them".
    allowedScopes: limitsScopes && scopes.length === 0 ? null : limitsScopes ? scopes : [],
    clientAuthentication: clientAuthentication || null,
    requiresDpop: requiresDpop === "" ? null : requiresDpop === "true",
  };
}
