import type { ApiRequest } from "@/lib/api-request";
import type { Sql } from "@/lib/ctx";
import { type AccessTokenClaims, verifyAccessToken } from "@/lib/identity/access-token";
import type { Audience } from "@/lib/identity/addresses";
import { type AuthenticatedClient, audienceOf, whyNotFrom } from "@/lib/identity/credential-row";
import { effectiveScopes, type Scope } from "@/lib/identity/scopes";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { findTokenStatus } from "@/lib/identity/token-status";
import { insufficientScope, invalidRequest, noLongerGood, noToken, type Scheme } from "./challenge";
import { consumeShownProof, readProof } from "./shown-proof";

// RFC 6750 §2.1, RFC 9449 §7.1: the token's grammar after the scheme, whose name has no case.
const CREDENTIALS = /^(?:bearer|dpop) +([\w.~+/-]+=*) *$/i;

/** A token, how it was shown, and at which door. */
export type Shown = { readonly audience: Audience; readonly scheme: Scheme; readonly token: string };

/** RFC 6750 §2.1, RFC 9449 §7.1: one token, in the Authorization header. */
function shownToken(request: ApiRequest, audience: Audience): Shown {
  const nothing = { audience, scheme: null };
  if (request.query.has("access_token")) {
    throw invalidRequest(nothing, "Send the access token in the Authorization header, never in the address.");
  }
  const authorization = request.header("authorization") ?? "";
  const named = /^(bearer|dpop)(?: |$)/i.exec(authorization)?.[1];
  if (named === undefined) throw noToken(nothing);
  const scheme = named.toLowerCase() === "dpop" ? "DPoP" : "Bearer";
  const token = CREDENTIALS.exec(authorization)?.[1];
  if (!token) {
    const says = "The Authorization header holds no well-formed access token.";
    throw invalidRequest({ audience, scheme }, says);
  }
  return { audience, scheme, token };
}

/** RFC 9449 §7.2: a bound token is no bearer token, whatever it is shown as; nor does a proof make a bearer token a bound one. */
function refuseOtherScheme(shown: Shown, jkt: string | null): void {
  if (jkt !== null && shown.scheme === "Bearer")
    throw noLongerGood(shown, "a bound token was shown as bearer");
  if (jkt === null && shown.scheme === "DPoP")
    throw noLongerGood(shown, "an unbound token was shown as bound");
}

export type Said = { readonly shown: Shown; readonly claims: AccessTokenClaims };

/**
 * What the token says, and by whom it was signed.
 * @param audience of the door: a token for another one is refused (RFC 9068 §4)
 * @throws ProblemError 400 or 401 with the challenge of RFC 6750 §3
 */
export async function readToken(db: Sql, request: ApiRequest, audience: Audience, now: Date): Promise<Said> {
  const shown = shownToken(request, audience);
  const verified = await verifyAccessToken(db, shown.token, now);
  if (!verified.ok) throw noLongerGood(shown, verified.reason);
  if (verified.claims.audience !== audience) throw noLongerGood(shown, "the token is for another audience");
  refuseOtherScheme(shown, verified.claims.jkt);
  return { shown, claims: verified.claims };
}

/** What the client's rows allow the token to do. @throws ProblemError 401 or 403 */
export function requireAllowed(
  { shown, claims }: Said,
  client: AuthenticatedClient,
  scope: Scope,
  { address }: ApiRequest,
): void {
  if (client.machineId !== claims.machineId || client.tenantId !== claims.tenantId) {
    throw noLongerGood(shown, "the token's claims do not belong together");
  }
  // A key that was brought from elsewhere may have signed what this server never would.
  if (audienceOf(client) !== shown.audience) throw noLongerGood(shown, "the client is of another kind");
  const why = whyNotFrom(client, address);
  if (why) throw noLongerGood(shown, `${why.reason} (${client.credentialId})`);
  // Also those that were sold before it was required.
  if (client.policy.requiresDpop && claims.jkt === null) {
    throw noLongerGood(shown, "the machine requires DPoP");
  }
  if (!effectiveScopes(claims.scopes, client.policy.scopes).includes(scope)) {
    throw insufficientScope(shown, scope);
  }
}

type Asked = {
  readonly audience: Audience;
  readonly scope: Scope;
  /** Its proof is checked and used up. */
  readonly isProofAsked: boolean;
};

/**
 * Finds out which client calls: a valid token (RFC 9068 §4) that is not revoked, shown with a proof where it is bound to a key,
 * whose credential and machine stand at this moment, for this door, with the scope that the address asks for.
 * @throws ProblemError 400, 401 or 403 with the challenge of RFC 6750 §3 or RFC 9449 §7.1
 */
export async function admit(
  db: Sql,
  request: ApiRequest,
  { audience, scope, isProofAsked }: Asked,
  now: Date,
): Promise<Said & { readonly client: AuthenticatedClient }> {
  const said = await readToken(db, request, audience, now);
  const { shown, claims } = said;
  const { credentialId, jti: tokenId, kid, jkt } = claims;
  const proof = isProofAsked && jkt !== null ? await readProof(request, shown, jkt, now) : null;
  const found = await findTokenStatus(db, { credentialId, tokenId, kid }, now);
  if (!found.ok) {
    // This process has not heard of it, or it would not have known the key: it must not go on signing with it.
    if ("isKeyWithdrawn" in found) forgetSigningKeys();
    throw noLongerGood(shown, found.reason);
  }
  const { client } = found;
  request.noteActor(client.machineId);
  requireAllowed(said, client, scope, request);
  if (proof) await consumeShownProof(db, proof, audience);
  return { shown, claims, client };
}
