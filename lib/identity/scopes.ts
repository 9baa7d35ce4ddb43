import { TOKEN_SCOPES, type TokenScope } from "@/lib/token-policy/schema";
import { OAuthError } from "./oauth-error";

/** What a token may do at the orchestrator. */
export const SCOPES = TOKEN_SCOPES;
/** What an API client's token may do at the admin API: what the client may. */
export const ADMIN_SCOPE = "admin";
export type Scope = TokenScope | typeof ADMIN_SCOPE;
export const ALL_SCOPES: readonly Scope[] = [...SCOPES, ADMIN_SCOPE];

/** Stands for all that a machine may have; also what an absent `scope` means (RFC 6749 §3.3). */
export const DEFAULT_SCOPE = "OR.Default";
export const SCOPES_SUPPORTED: readonly string[] = [...SCOPES, DEFAULT_SCOPE];

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), one space between two.
const GRAMMAR = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** @returns the scopes that a client may have at all; none listed are all of the orchestrator's */
export function allowedScopes(listed: readonly string[]): readonly Scope[] {
  return listed.length === 0 ? SCOPES : ALL_SCOPES.filter((scope) => listed.includes(scope));
}

/** @returns what a token may still do: of what it was sold with, what its machine may have now */
export function effectiveScopes(granted: readonly Scope[], listed: readonly string[]): readonly Scope[] {
  const allowed = allowedScopes(listed);
  return granted.filter((scope) => allowed.includes(scope));
}

/**
 * @param requested the `scope` parameter, if any
 * @param allowed what this client may have
 * @returns the granted scopes in the order of `ALL_SCOPES`
 * @throws OAuthError `invalid_scope` for a malformed list, or a scope that is unknown or not granted to this client
 */
export function grantedScopes(requested: string | undefined, allowed: readonly Scope[] = SCOPES): Scope[] {
  if (requested === undefined) return [...allowed];
  if (!GRAMMAR.test(requested))
    throw new OAuthError("invalid_scope", { says: "The scope list is malformed." });
  const tokens = new Set(requested.split(" "));
  const isOfAdmin = allowed.includes(ADMIN_SCOPE);
  const grantable: readonly string[] = isOfAdmin ? allowed : [...allowed, DEFAULT_SCOPE];
  for (const token of tokens) {
    if (!grantable.includes(token)) {
      throw new OAuthError("invalid_scope", { detail: `not to be granted: ${token.slice(0, 64)}` });
    }
  }
  return tokens.has(DEFAULT_SCOPE) ? [...allowed] : allowed.filter((scope) => tokens.has(scope));
}
