import type { ApiRequest } from "@/lib/api-request";
import type { RobotActor, Sql } from "@/lib/ctx";
import { admit, readToken, requireAllowed } from "@/lib/http/bearer";
import { ProblemError } from "@/lib/http/problem";
import type { AccessTokenClaims } from "@/lib/identity/access-token";
import type { AuthenticatedClient } from "@/lib/identity/credential-row";
import type { Scope } from "@/lib/identity/scopes";
import { presumedClient } from "@/lib/identity/token-status";
import { atNumericDate } from "@/lib/time";

const AUDIENCE = "orchestrator";

/** A robot, and what the database knows of its client at this moment. */
export type AuthenticatedRobot = { readonly actor: RobotActor; readonly client: AuthenticatedClient };

const robotOf = (
  claims: AccessTokenClaims,
  client: AuthenticatedClient,
  address: string | null,
): RobotActor => ({
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
});

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
    const said = await readToken(db, request, AUDIENCE, now);
    const { claims } = said;
    const presumed = claims.jkt === null ? presumedClient(claims.credentialId, now) : null;
    if (!presumed) return null;
    requireAllowed(said, presumed.client, scope, request);
    return { actor: robotOf(claims, presumed.client, request.address), version: presumed.version };
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

async function robotIn(
  db: Sql,
  request: ApiRequest,
  now: Date,
  asked: { readonly scope: Scope; readonly isProofAsked: boolean },
): Promise<AuthenticatedRobot> {
  const { claims, client } = await admit(db, request, { audience: AUDIENCE, ...asked }, now);
  return { actor: robotOf(claims, client, request.address), client };
}

/**
 * Finds out which robot calls, as `admit` does.
 * @throws ProblemError 400, 401 or 403 with the challenge of RFC 6750 §3 or RFC 9449 §7.1
 */
export const requireRobot = (
  db: Sql,
  request: ApiRequest,
  scope: Scope,
  now: Date,
): Promise<AuthenticatedRobot> => robotIn(db, request, now, { scope, isProofAsked: true });

/**
 * Asks once more about a request that was let in and has waited since. Its proof was good for when it came, and is used up.
 * @throws as `requireRobot`
 */
export const requireRobotStill = (
  db: Sql,
  request: ApiRequest,
  scope: Scope,
  now: Date,
): Promise<AuthenticatedRobot> => robotIn(db, request, now, { scope, isProofAsked: false });
