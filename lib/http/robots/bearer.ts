import type { ApiRequest } from "@/lib/api-request";
import type { RobotActor, Sql } from "@/lib/ctx";
import { type AccessTokenClaims, verifyAccessToken } from "@/lib/identity/access-token";
import { type AuthenticatedClient, whyNotFrom } from "@/lib/identity/credential-row";
import { effectiveScopes, type Scope } from "@/lib/identity/scopes";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { findTokenStatus, presumedClient } from "@/lib/identity/token-status";
import { atNumericDate } from "@/lib/time";
import { insufficientScope, invalidRequest, noLongerGood, noToken, type Scheme } from "./challenge";
import { consumeShownProof, readProof } from "./dpop";
import { ProblemError } from "./problem";

// RFC 6750 §2.1, RFC 9449 §7.1: the token's grammar after the scheme, whose name has no case.
const CREDENTIALS = /^(?:bearer|dpop) +([\w.~+/-]+=*) *$/i;

type Shown = { readonly scheme: Scheme; readonly token: string };

/** RFC 6750 §2.1, RFC 9449 §7.1: one token, in the Authorization header. */
function shownToken(request: ApiRequest): Shown {
  if (request.query.has("access_token")) {
    throw invalidRequest(null, "Send the access token in the Authorization header, never in the address.");
  }
  const authorization = request.header("authorization") ?? "";
  const named = /^(bearer|dpop)(?: |$)/i.exec(authorization)?.[1];
  if (named === undefined) throw noToken();
  const scheme = named.toLowerCase() === "dpop" ? "DPoP" : "Bearer";
  const token = CREDENTIALS.exec(authorization)?.[1];
  if (!token) throw invalidRequest(scheme, "The Authorization header holds no well-formed access token.");
  return { scheme, token };
}

/** RFC 9449 §7.2: a bound token is no bearer token, whatever it is shown as; nor does a proof make a bearer token a bound one. */
function refuseOtherScheme({ scheme }: Shown, jkt: string | null): void {
  if (jkt !== null && scheme === "Bearer") throw noLongerGood(scheme, "a bound token was shown as bearer");
  if (jkt === null && scheme === "DPoP") throw noLongerGood(scheme, "an unbound token was shown as bound");
}

/** A robot, and what the database knows of its client at this moment. */
export type AuthenticatedRobot = { readonly actor: RobotActor; readonly client: AuthenticatedClient };

type Said = { readonly shown: Shown; readonly claims: AccessTokenClaims };

/** What the token says, and by whom it was signed. */
async function readToken(db: Sql, request: ApiRequest, now: Date): Promise<Said> {
  const shown = shownToken(request);
  const verified = await verifyAccessToken(db, shown.token, now);
  if (!verified.ok) throw noLongerGood(shown.scheme, verified.reason);
  refuseOtherScheme(shown, verified.claims.jkt);
  return { shown, claims: verified.claims };
}

/** What the client's rows allow the token to do. */
function admitted(
  { shown, claims }: Said,
  client: AuthenticatedClient,
  scope: Scope,
  { address }: ApiRequest,
): RobotActor {
  if (client.machineId !== claims.machineId || client.tenantId !== claims.tenantId) {
    throw noLongerGood(shown.scheme, "the token's claims do not belong together");
  }
  const why = whyNotFrom(client, address);
  if (why) throw noLongerGood(shown.scheme, `${why.reason} (${client.credentialId})`);
  // Also those that were sold before it was required.
  if (client.policy.requiresDpop && claims.jkt === null) {
    throw noLongerGood(shown.scheme, "the machine requires DPoP");
  }
  if (!effectiveScopes(claims.scopes, client.policy.scopes).includes(scope)) {
    throw insufficientScope(shown.scheme, scope);
  }
  return {
    kind: "robot",
    id: client.machineId,
    name: client.machineName,
    address,
    tenantId: client.tenantId,
    clientId: client.clientId,
    credentialId: client.credentialId,
    credentialKind: client.credentialKind,
    tokenId: claims.jti,
    tokenKid: claims.kid,
    isTokenBound: claims.jkt !== null,
    tokenExpiresAt: atNumericDate(claims.exp),
  };
}

async function admit(
  db: Sql,
  request: ApiRequest,
  scope: Scope,
  now: Date,
  { isProofAsked }: { readonly isProofAsked: boolean },
): Promise<AuthenticatedRobot> {
  const said = await readToken(db, request, now);
  const { shown, claims } = said;
  const { credentialId, jti: tokenId, kid, jkt } = claims;
  const proof =
    isProofAsked && jkt !== null ? await readProof(request, { text: shown.token, jkt }, now) : null;
  const found = await findTokenStatus(db, { credentialId, tokenId, kid }, now);
  if (!found.ok) {
    // This process has not heard of it, or it would not have known the key: it must not go on signing with it.
    if ("isKeyWithdrawn" in found) forgetSigningKeys();
    throw noLongerGood(shown.scheme, found.reason);
  }
  const { client } = found;
  request.noteActor(client.machineId);
  const actor = admitted(said, client, scope, request);
  if (proof) await consumeShownProof(db, proof);
  return { actor, client };
}

/** A robot as its rows were known, and their version. */
export type PresumedRobot = { readonly actor: RobotActor; readonly version: string };

/**
 * Finds out which robot calls without asking the database, by what is known of the rows, for who asks it in the same statement whether
 * they are still the same. Nobody with a proof is presumed: that is used up first.
 * @returns null where the ordinary way must find out, and say what is wrong
 */
export async function presumeRobot(
  db: Sql,
  request: ApiRequest,
  scope: Scope,
  now: Date,
): Promise<PresumedRobot | null> {
  try {
    const said = await readToken(db, request, now);
    const presumed = said.claims.jkt === null ? presumedClient(said.claims.credentialId, now) : null;
    return presumed && { actor: admitted(said, presumed.client, scope, request), version: presumed.version };
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/**
 * Finds out which robot calls: a valid token (RFC 9068 §4) that is not revoked, shown with a proof where it is bound to a key,
 * whose credential and machine stand at this moment, with the scope that the address asks for.
 * @throws ProblemError 400, 401 or 403 with the challenge of RFC 6750 §3 or RFC 9449 §7.1
 */
export const requireRobot = (
  db: Sql,
  request: ApiRequest,
  scope: Scope,
  now: Date,
): Promise<AuthenticatedRobot> => admit(db, request, scope, now, { isProofAsked: true });

/**
 * Asks once more about a request that was let in and has waited since. Its proof was good for when it came, and is used up.
 * @throws as `requireRobot`
 */
export const requireRobotStill = (
  db: Sql,
  request: ApiRequest,
  scope: Scope,
  now: Date,
): Promise<AuthenticatedRobot> => admit(db, request, scope, now, { isProofAsked: false });
