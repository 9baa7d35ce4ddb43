import { OAuthError } from "./oauth-error";

/** What a token may do at the orchestrator. */
export const SCOPES = ["OR.Robots", "OR.Jobs", "OR.Assets"] as const;
export type Scope = (typeof SCOPES)[number];

/** Stands for all that the client may have; also what an absent `scope` means (RFC 6749 §3.3). */
export const DEFAULT_SCOPE = "OR.Default";
export const SCOPES_SUPPORTED: readonly string[] = [...SCOPES, DEFAULT_SCOPE];

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), one space between two.
const GRAMMAR = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/**
 * @param requested the `scope` parameter, if any
 * @returns the granted scopes in the order of `SCOPES`
 * @throws OAuthError `invalid_scope` for a malformed list or an unknown scope
 */
export function grantedScopes(requested: string | undefined): Scope[] {
  if (requested === undefined) return [...SCOPES];
  if (!GRAMMAR.test(requested))
    throw new OAuthError("invalid_scope", { says: "The scope list is malformed." });
  const tokens = new Set(requested.split(" "));
  for (const token of tokens) {
    if (!SCOPES_SUPPORTED.includes(token)) {
      throw new OAuthError("invalid_scope", { detail: `unknown scope ${token.slice(0, 64)}` });
    }
  }
  return tokens.has(DEFAULT_SCOPE) ? [...SCOPES] : SCOPES.filter((scope) => tokens.has(scope));
}
