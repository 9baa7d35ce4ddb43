import { randomUUID } from "node:crypto";
import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import { z } from "zod";
import type { Standing } from "@/lib/credentials/standing";
import type { Sql } from "@/lib/ctx";
import { env } from "@/lib/env";
import { atNumericDate, numericDate, secondsBetween, secondsUntil } from "@/lib/time";
import { issuer, orchestrator } from "./addresses";
import { isCanonicalJws } from "./compact-jws";
import { signature } from "./key-material";
import { CLOCK_SKEW_SECONDS, TOKEN_LIFETIME_MAX_SECONDS } from "./rules";
import { SCOPES, type Scope } from "./scopes";
import { findSigningKey, type SigningKey } from "./signing-keys";

const TYPE = "at+jwt";

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

/** What a token is sold with. */
export type TokenTerms = {
  readonly scopes: readonly Scope[];
  /** Thumbprint of the key that its holder must prove to have (RFC 9449 §6.1); null for a bearer token. */
  readonly jkt: string | null;
};

/** A token outlives neither the credential it was bought with nor the key that signed it. In seconds, at least one. */
function lifetimeOf({ policy, expiresAt }: Standing, now: Date): number {
  const configured = policy.lifetimeSeconds ?? env().accessTokenLifetimeSeconds;
  const wanted = Math.min(configured, TOKEN_LIFETIME_MAX_SECONDS);
  return expiresAt ? Math.max(1, Math.min(wanted, secondsBetween(now, expiresAt))) : wanted;
}

/**
 * Signs a JWT access token (RFC 9068 §2). Nothing is stored.
 * @returns the token and its lifetime in seconds
 */
export function signAccessToken(
  key: SigningKey,
  standing: Standing,
  { scopes, jkt }: TokenTerms,
  now: Date,
): { token: string; lifetimeSeconds: number } {
  const lifetimeSeconds = lifetimeOf(standing, now);
  const issuedAt = numericDate(now);
  const header = encoded({ alg: key.algorithm, typ: TYPE, kid: key.kid });
  const payload = encoded({
    iss: issuer(),
    aud: orchestrator(),
    sub: standing.clientId,
    client_id: standing.clientId,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    jti: randomUUID(),
    scope: scopes.join(" "),
    ...(jkt !== null && { cnf: { jkt } }),
    tenant_id: standing.tenantId,
    machine_id: standing.machineId,
    credential_id: standing.credentialId,
  });
  const signingInput = `${header}.${payload}`;
  const signed = signature(key, signingInput).toString("base64url");
  return { token: `${signingInput}.${signed}`, lifetimeSeconds };
}

export type AccessTokenClaims = {
  /** The key that signed it. */
  readonly kid: string;
  readonly jti: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly clientId: string;
  readonly machineId: string;
  readonly tenantId: string;
  readonly credentialId: string;
  readonly scopes: readonly Scope[];
  /** Thumbprint of the key that the token is bound to; null for a bearer token. */
  readonly jkt: string | null;
};

const uuid = z.uuid();

/** What every token of this server says; anything else was not made by it. */
const claimsSchema = z.object({
  jti: uuid,
  iat: z.number(),
  exp: z.number(),
  sub: uuid,
  client_id: uuid,
  machine_id: uuid,
  tenant_id: uuid,
  credential_id: z.string(),
  scope: z.string(),
  cnf: z.object({ jkt: z.string() }).optional(),
});

/** @returns the claims, or null where one is missing, is malformed or says what no token of this server says */
function claimsOf(kid: string, payload: unknown, now: Date): AccessTokenClaims | null {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { jti, iat, exp, sub, client_id, machine_id, tenant_id, credential_id, scope, cnf } = parsed.data;
  if (sub !== client_id || secondsUntil(iat, now) > CLOCK_SKEW_SECONDS) return null;
  // An imported key may have signed something else elsewhere.
  if (exp - iat > TOKEN_LIFETIME_MAX_SECONDS) return null;
  const granted = new Set(scope.split(" "));
  return {
    kid,
    jti,
    issuedAt: atNumericDate(iat),
    expiresAt: atNumericDate(exp),
    clientId: client_id,
    machineId: machine_id,
    tenantId: tenant_id,
    credentialId: credential_id,
    scopes: SCOPES.filter((one) => granted.has(one)),
    jkt: cnf?.jkt ?? null,
  };
}

/**
 * Verifies an access token as RFC 9068 §4 asks: our type, our key by its own algorithm, issuer, audience, times.
 * @returns the claims, or why not (for the log)
 */
export async function verifyAccessToken(
  db: Sql,
  token: string,
  now: Date,
): Promise<{ ok: true; claims: AccessTokenClaims } | { ok: false; reason: string }> {
  if (!isCanonicalJws(token)) return { ok: false, reason: "the token is no JWS in its one spelling" };
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = typeof kid === "string" ? await findSigningKey(db, now, kid) : null;
    if (!key) return { ok: false, reason: "the token names no key of this server" };
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: [key.algorithm],
      typ: TYPE,
      issuer: issuer(),
      audience: orchestrator(),
      currentDate: now,
      requiredClaims: ["exp", "iat", "sub", "client_id", "jti"],
    });
    const claims = claimsOf(key.kid, payload, now);
    return claims ? { ok: true, claims } : { ok: false, reason: "a claim of the token is missing or wrong" };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}
