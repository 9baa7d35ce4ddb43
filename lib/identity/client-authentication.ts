import { secretIdOf } from "@/lib/credentials/material";
import { checkSecret, type Standing } from "@/lib/credentials/standing";
import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { ASSERTION_TYPE, checkAssertion, claimedByAssertion } from "./client-assertion";
import type { ClientRequest } from "./client-request";
import { throttleFailures } from "./failure-throttle";
import { formDecode } from "./form";
import { OAuthError } from "./oauth-error";

/** How a client may prove who it is (the names of RFC 8414 `token_endpoint_auth_methods_supported`). */
export const CLIENT_AUTHENTICATION_METHODS = [
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
] as const;

type Credentials = { readonly clientId: string; readonly clientSecret: string };

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

/** RFC 7617 with both halves form-encoded before base64 (RFC 6749 §2.3.1). */
function basicCredentials(authorization: string): Credentials {
  const malformed = (detail: string) => new OAuthError("invalid_client", { detail });
  const encoded = BASIC.exec(authorization)?.[1];
  if (!encoded) throw malformed("the Authorization header is not Basic or not base64");
  const bytes = Buffer.from(encoded, "base64");
  // Buffer decodes leniently; only the one canonical spelling is let in.
  if (bytes.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, "")) {
    throw malformed("Basic credentials in a non-canonical base64 spelling");
  }
  const pair = bytes.toString("latin1");
  const colon = pair.indexOf(":");
  if (colon < 0) throw malformed("Basic credentials without a colon");
  const clientId = formDecode(pair.slice(0, colon));
  const clientSecret = formDecode(pair.slice(colon + 1));
  if (!clientId || !clientSecret) throw malformed("Basic credentials with an empty or broken half");
  return { clientId, clientSecret };
}

const twoMethods = () =>
  new OAuthError("invalid_request", { says: "Use one client authentication method, not two." });

/** The client id may be repeated beside the credentials, but not contradict them (RFC 6749 §2.3, RFC 7521 §4.2). */
function refuseOtherClientId(params: ClientRequest["params"], clientId: string): void {
  const repeated = params.get("client_id");
  if (repeated !== undefined && repeated !== clientId) {
    throw new OAuthError("invalid_request", { says: "client_id differs from the client credentials." });
  }
}

function presentedSecret({ authorization, params }: ClientRequest): Credentials {
  if (authorization !== null) {
    const basic = basicCredentials(authorization);
    refuseOtherClientId(params, basic.clientId);
    return basic;
  }
  const clientId = params.get("client_id");
  const clientSecret = params.get("client_secret");
  if (!clientId || !clientSecret) {
    throw new OAuthError("invalid_client", {
      detail: "no client credentials were sent",
      reason: "credentials_missing",
    });
  }
  return { clientId, clientSecret };
}

/** @returns the assertion, or undefined when the client authenticates in another way */
function presentedAssertion(params: ClientRequest["params"]): string | undefined {
  const type = params.get("client_assertion_type");
  const assertion = params.get("client_assertion");
  if (type === undefined && assertion === undefined) return undefined;
  if (type === undefined || assertion === undefined) {
    throw new OAuthError("invalid_request", {
      says: "client_assertion and client_assertion_type must be sent together.",
    });
  }
  if (type !== ASSERTION_TYPE) {
    throw new OAuthError("invalid_client", { detail: "unknown assertion type", reason: "assertion_invalid" });
  }
  return assertion;
}

/** Whom a request claims to come from, and with which secret or key: nothing of it is believed. Null where it cannot be read. */
export type Claim = { readonly clientId: string | null; readonly credential: string | null };

/** @returns what a request says of where it comes from, as the client wrote it; a key by whatever it calls it */
export function claimedBy(request: ClientRequest): Claim {
  try {
    const assertion = presentedAssertion(request.params);
    if (assertion !== undefined) return claimedByAssertion(assertion);
    const { clientId, clientSecret } = presentedSecret(request);
    return { clientId, credential: secretIdOf(clientSecret) };
  } catch {
    return { clientId: null, credential: null };
  }
}

/**
 * Finds out which client asks (RFC 6749 §2.3). Unknown client, wrong, deleted or malformed credential and disabled machine
 * are one answer outside; the reason goes to the log.
 * @throws OAuthError `invalid_client`; `slow_down` when that was so too often; `invalid_request` when two methods were used
 */
export function authenticateClient(ctx: Ctx<AnonymousActor, Sql>, request: ClientRequest): Promise<Standing> {
  return throttleFailures(
    ctx,
    (counted) => checkCredentials(counted, request),
    () => claimedBy(request).clientId,
  );
}

async function checkCredentials(ctx: Ctx<AnonymousActor, Sql>, request: ClientRequest): Promise<Standing> {
  const { authorization, params } = request;
  const assertion = presentedAssertion(params);
  const used = [authorization !== null, params.has("client_secret"), assertion !== undefined];
  if (used.filter(Boolean).length > 1) throw twoMethods();
  if (assertion !== undefined) {
    const standing = await checkAssertion(ctx, assertion);
    refuseOtherClientId(params, standing.clientId);
    return standing;
  }
  const checked = await checkSecret(ctx, presentedSecret(request));
  if (!checked.ok) {
    throw new OAuthError("invalid_client", { detail: checked.reason, reason: checked.word });
  }
  return checked.standing;
}
