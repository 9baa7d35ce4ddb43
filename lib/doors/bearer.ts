import { findStanding } from "@/lib/credentials/standing";
import type { RobotActor, Sql } from "@/lib/ctx";
import { verifyAccessToken } from "@/lib/identity/access-token";
import { resourceMetadataAddress } from "@/lib/identity/addresses";
import { effectiveScopes, type Scope } from "@/lib/identity/scopes";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { callerAddress } from "./caller";
import { ProblemError } from "./problem";

/** RFC 9728 §5.1: whoever is refused learns where it says how to come in. */
const challenge = (parameters = "") =>
  `Bearer realm="Latchkey", resource_metadata="${resourceMetadataAddress()}"${parameters && `, ${parameters}`}`;

// RFC 6750 §2.1: b64token after the scheme, whose name has no case.
const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

/** RFC 6750 §3: a challenge without error code when no token was sent, with one when it was. */
const unauthorized = (detail: string, reason?: string) =>
  new ProblemError(
    {
      status: 401,
      kind: reason ? "invalid-token" : "token-missing",
      detail,
      headers: {
        "www-authenticate": challenge(
          reason && 'error="invalid_token", error_description="The access token is not valid."',
        ),
      },
    },
    reason,
  );

const invalidRequest = (detail: string) =>
  new ProblemError({
    status: 400,
    kind: "invalid-request",
    detail,
    headers: { "www-authenticate": challenge('error="invalid_request"') },
  });

function bearerToken(request: Request): string {
  if (new URL(request.url).searchParams.has("access_token")) {
    throw invalidRequest("Send the access token in the Authorization header, never in the address.");
  }
  const authorization = request.headers.get("authorization");
  if (authorization === null || !/^bearer(?: |$)/i.test(authorization)) {
    throw unauthorized("Send an access token: Authorization: Bearer <token>. See GET authentication.");
  }
  const token = BEARER.exec(authorization)?.[1];
  if (!token) throw invalidRequest("The Authorization header holds no well-formed bearer token.");
  return token;
}

const noLongerGood = (reason: string) =>
  unauthorized(
    "The access token is not valid, or no longer. Buy a new one with the client's credentials.",
    reason,
  );

/**
 * Finds out which robot calls: a valid token (RFC 9068 §4) that is not revoked, whose credential and machine stand at this
 * moment, with the scope that the address asks for.
 * @throws ProblemError 400, 401 or 403 with the challenge of RFC 6750 §3
 */
export async function requireRobot(db: Sql, request: Request, scope: Scope, now: Date): Promise<RobotActor> {
  const verified = await verifyAccessToken(db, bearerToken(request), now);
  if (!verified.ok) throw noLongerGood(verified.reason);
  const { claims } = verified;
  const { credentialId, jti: tokenId, kid } = claims;
  const found = await findStanding(db, { credentialId, tokenId, kid }, now);
  if (!found.ok) {
    // This process has not heard of it, or it would not have known the key: it must not go on signing with it.
    if ("isKeyWithdrawn" in found) forgetSigningKeys();
    throw noLongerGood(found.reason);
  }
  const { standing } = found;
  if (standing.machineId !== claims.machineId || standing.tenantId !== claims.tenantId) {
    throw noLongerGood("the token's claims do not belong together");
  }
  if (!effectiveScopes(claims.scopes, standing.policy.scopes).includes(scope)) {
    throw new ProblemError({
      status: 403,
      kind: "insufficient-scope",
      detail: `This needs the scope ${scope}, which the access token does not have.`,
      headers: { "www-authenticate": challenge(`error="insufficient_scope", scope="${scope}"`) },
    });
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
    tokenExpiresAt: claims.expiresAt,
  };
}
