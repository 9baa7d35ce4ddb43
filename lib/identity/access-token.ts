import { hash, randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Sql } from "@/lib/ctx";
import { env } from "@/lib/env";
import { numericDate, secondsBetween, secondsUntil } from "@/lib/time";
import { type Audience, audienceAddress, issuer } from "./addresses";
import { isSignedWith, readJwt } from "./compact-jws";
import { type AuthenticatedClient, audienceOf } from "./credential-row";
import { signature } from "./key-material";
import { CLOCK_SKEW_SECONDS, TOKEN_LIFETIME_MAX_SECONDS } from "./rules";
import { ALL_SCOPES, type Scope } from "./scopes";
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
function lifetimeOf({ policy, expiresAt }: AuthenticatedClient, now: Date): number {
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
  client: AuthenticatedClient,
  { scopes, jkt }: TokenTerms,
  now: Date,
): { token: string; lifetimeSeconds: number } {
  const lifetimeSeconds = lifetimeOf(client, now);
  const audience = audienceOf(client);
  const { clientId, tenantId, machineId, credentialId } = client;
  const [jti, iat] = [randomUUID(), numericDate(now)];
  const exp = iat + lifetimeSeconds;
  const scope = scopes.join(" ");
  const header = encoded({ alg: key.algorithm, typ: TYPE, kid: key.kid });
  const payload = encoded({
    iss: issuer(),
    aud: audienceAddress(audience),
    sub: clientId,
    client_id: clientId,
    iat,
    exp,
    jti,
    scope,
    ...(jkt !== null && { cnf: { jkt } }),
    tenant_id: tenantId,
    machine_id: machineId,
    credential_id: credentialId,
  });
  const signingInput = `${header}.${payload}`;
  const token = `${signingInput}.${signature(key, signingInput).toString("base64url")}`;
  // Whoever buys a token shows it in a moment, and mostly here.
  remember(nameOf(token), {
    kid: key.kid,
    audience,
    jti,
    iat,
    exp,
    clientId,
    machineId,
    tenantId,
    credentialId,
    scopes: scopesIn(scope),
    jkt,
  });
  return { token, lifetimeSeconds };
}

export type AccessTokenClaims = {
  /** The key that signed it. */
  readonly kid: string;
  /** What it is for: the one of our resources that `aud` names. */
  readonly audience: Audience;
  readonly jti: string;
  /** Seconds since 1970, as `exp`. */
  readonly iat: number;
  readonly exp: number;
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
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  jti: uuid,
  iat: z.number(),
  exp: z.number(),
  nbf: z.number().optional(),
  sub: uuid,
  client_id: uuid,
  machine_id: uuid,
  tenant_id: uuid,
  credential_id: z.string(),
  scope: z.string(),
  cnf: z.object({ jkt: z.string() }).optional(),
});

/** One list for all tokens with the same scopes: a process remembers a hundred thousand of them. */
const lists = new Map<string, readonly Scope[]>();

function scopesIn(scope: string): readonly Scope[] {
  const granted = new Set(scope.split(" "));
  const scopes = ALL_SCOPES.filter((one) => granted.has(one));
  const name = scopes.join(" ");
  const known = lists.get(name) ?? scopes;
  lists.set(name, known);
  return known;
}

/** @returns the one of our resources that a token is for; null for none, and for two: of ours no token is */
function audienceIn(aud: string | readonly string[]): Audience | null {
  const [one, other] = (["orchestrator", "admin"] as const).filter((audience) =>
    [aud].flat().includes(audienceAddress(audience)),
  );
  return other === undefined ? (one ?? null) : null;
}

/** @returns the claims, or null where one is missing, is malformed or says what no token of this server says */
function claimsOf(kid: string, payload: unknown): AccessTokenClaims | null {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { iss, aud, jti, iat, exp, nbf, sub, client_id, machine_id, tenant_id, credential_id } = parsed.data;
  const audience = audienceIn(aud);
  if (iss !== issuer() || !audience) return null;
  if (sub !== client_id || (nbf ?? iat) > iat) return null;
  // An imported key may have signed something else elsewhere.
  if (exp - iat > TOKEN_LIFETIME_MAX_SECONDS) return null;
  return {
    kid,
    audience,
    jti,
    iat,
    exp,
    clientId: client_id,
    machineId: machine_id,
    tenantId: tenant_id,
    credentialId: credential_id,
    scopes: scopesIn(parsed.data.scope),
    jkt: parsed.data.cnf?.jkt ?? null,
  };
}

const nameOf = (token: string) => hash("sha256", token, "base64url");

/**
 * Tokens whose signature is right, as this process made or verified it, by a digest of the exact text: some 250 bytes each, 30 MB when it is full.
 * Only what time cannot change is remembered; whether a token still stands is asked of the database each time.
 */
const verified = new LRUCache<string, AccessTokenClaims>({ max: 131_072 });

/** What many tokens say alike is in memory once: without, a token takes twice as much. */
const alike = new LRUCache<string, string>({ max: 32_768 });

function onceInMemory(text: string): string {
  const known = alike.get(text);
  if (known === undefined) alike.set(text, text);
  return known ?? text;
}

function remember(name: string, claims: AccessTokenClaims): void {
  verified.set(name, {
    ...claims,
    kid: onceInMemory(claims.kid),
    clientId: onceInMemory(claims.clientId),
    machineId: onceInMemory(claims.machineId),
    tenantId: onceInMemory(claims.tenantId),
    credentialId: onceInMemory(claims.credentialId),
  });
}

export type VerifiedToken =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly reason: string };

const refused = (reason: string): VerifiedToken => ({ ok: false, reason });

/**
 * Verifies an access token as RFC 9068 §4 asks: our type, our key by its own algorithm, issuer, times, and an audience that is one of ours;
 * the door that it is shown at asks whether it is its own.
 * @returns the claims, or why not (for the log)
 */
export async function verifyAccessToken(db: Sql, token: string, now: Date): Promise<VerifiedToken> {
  const name = nameOf(token);
  const known = verified.get(name);
  if (known) {
    const isPublished = (await findSigningKey(db, now, known.kid)) !== null;
    return isPublished ? atThisTime(known, now) : refused("the token names no key of this server");
  }
  const read = readJwt(token);
  if (!read) return refused("the token is no JWT in its one spelling");
  const { kid, alg, typ } = read.header;
  const key = typeof kid === "string" ? await findSigningKey(db, now, kid) : null;
  if (!key) return refused("the token names no key of this server");
  // RFC 7515 §4.1.11: no extension is understood here.
  if (alg !== key.algorithm || typ !== TYPE || "crit" in read.header)
    return refused("the token is of another type or algorithm");
  if (!isSignedWith(read, key.publicKey, key.algorithm)) return refused("the token's signature is wrong");
  const claims = claimsOf(key.kid, read.payload);
  if (!claims) return refused("a claim of the token is missing or wrong");
  remember(name, claims);
  return atThisTime(claims, now);
}

function atThisTime(claims: AccessTokenClaims, now: Date): VerifiedToken {
  if (secondsUntil(claims.exp, now) <= 0) return refused("the token has expired");
  if (secondsUntil(claims.iat, now) > CLOCK_SKEW_SECONDS) return refused("the token is of the future");
  return { ok: true, claims };
}
