import { parseForm } from "./form";
import { OAuthError } from "./oauth-error";
import type { FormParameters } from "./schema";

/** What the door read of a request to one of the endpoints for clients: nothing of it is trusted yet. */
export type RawClientRequest = {
  readonly authorization: string | null;
  /** The `DPoP` header (RFC 9449 §4.1). */
  readonly dpop: string | null;
  readonly userAgent: string | null;
  /** As it was asked for; some endpoints have two. The method is POST. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
};

export type ClientRequest = {
  readonly authorization: string | null;
  readonly dpop: string | null;
  readonly path: string;
  readonly params: FormParameters;
  /** The one parameter that may come several times (RFC 8707 §2). */
  readonly resources: readonly string[];
};

const SENSITIVE = ["client_id", "client_secret", "client_assertion", "token"];

/** RFC 6749 §2.3.1: credentials must not be in the request URI, where logs and histories keep them. */
export function refuseCredentialsInQuery(query: URLSearchParams): void {
  if (SENSITIVE.some((name) => query.has(name))) {
    throw new OAuthError("invalid_request", { says: "Client credentials must not be in the query string." });
  }
}

/**
 * The form as named parameters, each at most once (RFC 6749 §3.2) but for `resource`.
 * @throws OAuthError `invalid_request`
 */
export function parseClientRequest(raw: RawClientRequest): ClientRequest {
  refuseCredentialsInQuery(raw.query);
  const form = parseForm(raw.body, "resource");
  if (!form) throw new OAuthError("invalid_request", { says: "The body is not well-formed form encoding." });
  if (form.duplicate !== null) {
    throw new OAuthError("invalid_request", {
      says: "A parameter was sent more than once.",
      detail: `duplicate parameter ${JSON.stringify(form.duplicate.slice(0, 64))}`,
    });
  }
  const { authorization, dpop, path } = raw;
  return { authorization, dpop, path, params: form.params, resources: form.repeated };
}

/** @throws OAuthError `invalid_request` unless the parameter was sent with a value */
export function requireParameter(params: FormParameters, name: "grant_type" | "token"): string {
  const value = params.get(name);
  if (value === undefined) throw new OAuthError("invalid_request", { says: `${name} is missing.` });
  return value;
}
