import { parseForm } from "./form";
import { OAuthError } from "./oauth-error";

/** What the door read: nothing of it is trusted yet. */
export type RawTokenRequest = {
  readonly authorization: string | null;
  readonly query: URLSearchParams;
  readonly body: string;
};

export type TokenRequest = {
  readonly authorization: string | null;
  readonly params: ReadonlyMap<string, string>;
};

const CREDENTIALS = ["client_id", "client_secret", "client_assertion"];

/** RFC 6749 §2.3.1: credentials must not be in the request URI, where logs and histories keep them. */
export function refuseCredentialsInQuery(query: URLSearchParams): void {
  if (CREDENTIALS.some((name) => query.has(name))) {
    throw new OAuthError("invalid_request", { says: "Client credentials must not be in the query string." });
  }
}

/**
 * The form as named parameters, each at most once (RFC 6749 §3.2).
 * @throws OAuthError `invalid_request`
 */
export function parseTokenRequest(raw: RawTokenRequest): TokenRequest {
  refuseCredentialsInQuery(raw.query);
  const form = parseForm(raw.body);
  if (!form) throw new OAuthError("invalid_request", { says: "The body is not well-formed form encoding." });
  if (form.duplicate !== null) {
    throw new OAuthError("invalid_request", {
      says: "A parameter was sent more than once.",
      detail: `duplicate parameter ${JSON.stringify(form.duplicate.slice(0, 64))}`,
    });
  }
  return { authorization: raw.authorization, params: form.params };
}

/** @throws OAuthError unless the request names the one grant this server has */
export function requireGrant(params: ReadonlyMap<string, string>, grantType: string): void {
  const asked = params.get("grant_type");
  if (asked === undefined) throw new OAuthError("invalid_request", { says: "grant_type is missing." });
  if (asked !== grantType) throw new OAuthError("unsupported_grant_type");
}
