import { findStanding } from "@/lib/credentials/standing";
import type { RobotActor, Sql } from "@/lib/ctx";
import { verifyAccessToken } from "@/lib/identity/access-token";
import { effectiveScopes, type Scope } from "@/lib/identity/scopes";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { noteActor } from "@/lib/requests";
import { callerAddress } from "./caller";
import { insufficientScope, invalidRequest, noLongerGood, noToken, type Scheme } from "./challenge";
import { readProof, spendShownProof } from "./possession";

// RFC 6750 §2.1, RFC 9449 §7.1: the token's grammar after the scheme, whose name has no case.
const CREDENTIALS = /^(?:bearer|dpop) +([\w.~+/-]+=*) *$/i;

type Shown = { readonly scheme: Scheme; readonly token: string };

/** RFC 6750 §2.1, RFC 9449 §7.1: one token, in the Authorization header. */
function shownToken(request: Request): Shown {
  if (new URL(request.url).searchParams.has("access_token")) {
    throw invalidRequest(null, "Send the access token in the Authorization header, never in the address.");
  }
  const authorization = request.headers.get("authorization") ?? "";
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

async function admit(
  db: Sql,
  request: Request,
  scope: Scope,
  now: Date,
  { isProofAsked }: { readonly isProofAsked: boolean },
): Promise<RobotActor> {
  const shown = shownToken(request);
  const refused = (reason: string) => noLongerGood(shown.scheme, reason);
  const verified = await verifyAccessToken(db, shown.token, now);
  if (!verified.ok) throw refused(verified.reason);
  const { claims } = verified;
  const { credentialId, jti: tokenId, kid, jkt } = claims;
  refuseOtherScheme(shown, jkt);
  const proof =
    isProofAsked && jkt !== null ? await readProof(request, { text: shown.token, jkt }, now) : null;
  const found = await findStanding(db, { credentialId, tokenId, kid }, now);
  if (!found.ok) {
    // This process has not heard of it, or it would not have known the key: it must not go on signing with it.
    if ("isKeyWithdrawn" in found) forgetSigningKeys();
    throw refused(found.reason);
  }
  const { standing } = found;
  noteActor(request.headers, standing.machineId);
  if (standing.machineId !== claims.machineId || standing.tenantId !== claims.tenantId) {
    throw refused("the token's claims do not belong together");
  }
  // Also those that were sold before it was required.
  if (standing.policy.requiresDpop && jkt === null) throw refused("the machine requires DPoP");
  if (proof) await spendShownProof(db, proof);
  if (!effectiveScopes(claims.scopes, standing.policy.scopes).includes(scope)) {
    throw insufficientScope(shown.scheme, scope);
  }
  return {
    kind: "robot",
    id: standing.machineId,
    name: standing.machineName,
    address: callerAddress(request.headers),
    tenantId: standing.tenantId,
    clientId: standing.clientId,
    credentialId: standing.credentialId,
    credentialKind: standing.credentialKind,
    tokenId: claims.jti,
    tokenKid: claims.kid,
    isTokenBound: jkt !== null,
    tokenExpiresAt: claims.expiresAt,
  };
}

/**
 * Finds out which robot calls: a valid token (RFC 9068 §4) that is not revoked, shown with a proof where it is bound to a key,
 * whose credential and machine stand at this moment, with the scope that the address asks for.
 * @throws ProblemError 400, 401 or 403 with the challenge of RFC 6750 §3 or RFC 9449 §7.1
 */
export const requireRobot = (db: Sql, request: Request, scope: Scope, now: Date): Promise<RobotActor> =>
  admit(db, request, scope, now, { isProofAsked: true });

/**
 * Asks once more about a request that was let in and has waited since. Its proof was good for when it came, and is used up.
 * @throws as `requireRobot`
 */
export const requireRobotStill = (db: Sql, request: Request, scope: Scope, now: Date): Promise<RobotActor> =>
  admit(db, request, scope, now, { isProofAsked: false });
