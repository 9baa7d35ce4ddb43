import { randomUUID } from "node:crypto";
import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import type { Sql } from "@/lib/ctx";
import { env } from "@/lib/env";
import type { Standing } from "@/lib/secrets/standing";
import { numericDate } from "@/lib/time";
import { issuer, orchestrator } from "./addresses";
import { signature } from "./key-material";
import { SCOPES, type Scope } from "./scopes";
import { findSigningKey, isKeyStanding, type SigningKey } from "./signing-keys";

const TYPE = "at+jwt";

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

/**
 * Signs a JWT access token (RFC 9068 §2). Nothing is stored.
 * @returns the token and its lifetime in seconds
 */
export function signAccessToken(
  key: SigningKey,
  standing: Standing,
  scopes: readonly Scope[],
  now: Date,
): { token: string; lifetimeSeconds: number } {
  const lifetimeSeconds = env().accessTokenLifetimeSeconds;
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
    tenant_id: standing.tenantId,
    machine_id: standing.machineId,
    secret_id: standing.secretId,
  });
  const signingInput = `${header}.${payload}`;
  const signed = signature(key, signingInput).toString("base64url");
  return { token: `${signingInput}.${signed}`, lifetimeSeconds };
}

export type AccessTokenClaims = {
  readonly clientId: string;
  readonly machineId: string;
  readonly tenantId: string;
  readonly secretId: string;
  readonly scopes: readonly Scope[];
};

const text = (value: unknown) => (typeof value === "string" ? value : null);

/**
 * Verifies an access token as RFC 9068 §4 asks: our type, our key by its own algorithm, issuer, audience, times.
 * @returns the claims, or why not (for the log)
 */
export async function verifyAccessToken(
  db: Sql,
  token: string,
  now: Date,
): Promise<{ ok: true; claims: AccessTokenClaims } | { ok: false; reason: string }> {
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
    if (!(await isKeyStanding(db, key.kid))) return { ok: false, reason: "the token's key is withdrawn" };
    const clientId = text(payload.client_id);
    const machineId = text(payload.machine_id);
    const tenantId = text(payload.tenant_id);
    const secretId = text(payload.secret_id);
    if (!clientId || !machineId || !tenantId || !secretId) {
      return { ok: false, reason: "the token lacks a claim" };
    }
    const granted = new Set((text(payload.scope) ?? "").split(" "));
    const scopes = SCOPES.filter((scope) => granted.has(scope));
    return { ok: true, claims: { clientId, machineId, tenantId, secretId, scopes } };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}
