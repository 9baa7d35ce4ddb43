import { createHash, type KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { readPublicKey } from "@/lib/credentials/public-key";
import type { Sql } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { atNumericDate, MINUTE_SECONDS, numericDate } from "@/lib/time";
import { ASSERTION_ALGORITHMS } from "./client-assertion";
import { isSignedWith, readJwt, type UnverifiedJwt } from "./compact-jws";
import { consumeJti } from "./consumed-jtis";
import { isAcceptedNonce } from "./dpop-nonce";
import { normalizedTarget, targetOf } from "./dpop-target";
import { OAuthError } from "./oauth-error";
import { CLOCK_SKEW_SECONDS } from "./rules";

/** What a proof may be signed with; the same as an assertion. */
export const DPOP_ALGORITHMS: readonly string[] = ASSERTION_ALGORITHMS;

const TYPE = "dpop+jwt";
/** A proof with the largest key that is taken has half of this. */
const PROOF_MAX_LENGTH = 8192;
const JTI_MAX_LENGTH = 256;
/** RFC 9449 §11.1: a proof is made for one request, and used at once. */
const AGE_MAX_SECONDS = MINUTE_SECONDS;

/** The request that came with a proof. */
export type ProvenRequest = {
  readonly method: string;
  /** The path as it was asked for; scheme and host are ORIGIN's. */
  readonly path: string;
  /** The access token that came with it, and the thumbprint it is bound to; null at the token endpoint. */
  readonly token: { readonly text: string; readonly jkt: string } | null;
};

/** A proof that is right, but for whether it was sent before. */
export type Proof = {
  /** Thumbprint of the key that signed it (RFC 7638 with SHA-256). */
  readonly jkt: string;
  readonly jti: string;
  /** When it is refused by its time. */
  readonly expiresAt: Date;
};

/** @param wrong what the client is told; a constant, for the log knows the rest */
const refused = (wrong: string, detail = wrong) =>
  new OAuthError("invalid_dpop_proof", {
    says: `The DPoP proof is not valid: ${wrong}.`,
    detail: `DPoP proof: ${detail}`,
  });

const headerSchema = z.looseObject({
  typ: z.literal(TYPE),
  alg: z.string(),
  jwk: z.looseObject({ kty: z.string() }),
});

const claimsSchema = z.object({
  jti: z.string().min(1).max(JTI_MAX_LENGTH),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  exp: z.number().optional(),
  nbf: z.number().optional(),
  nonce: z.string().optional(),
  ath: z.string().optional(),
});
type Claims = z.output<typeof claimsSchema>;

type ProofKey = { readonly key: KeyObject; readonly jkt: string; readonly algorithm: string };

/** §4.3 (1), (2): one header with one JWT. Repeated headers arrive as one, joined by commas, which no JWT has. */
function readProofJwt(proof: string): UnverifiedJwt {
  if (proof.length > PROOF_MAX_LENGTH) throw refused("it is too long");
  const jwt = readJwt(proof);
  if (!jwt) throw refused("it is not one JWT");
  return jwt;
}

/** §4.3 (4), (5), (7): the type, an asymmetric algorithm that is supported, and a sound public key of its kind. */
async function readKey({ header }: UnverifiedJwt): Promise<ProofKey> {
  const parsed = headerSchema.safeParse(header);
  if (!parsed.success) throw refused("its header lacks typ dpop+jwt, alg or jwk");
  const { alg: algorithm, jwk } = parsed.data;
  // RFC 7515 §4.1.11: no extension is understood here.
  if ("crit" in parsed.data) throw refused("its header names critical extensions");
  if (!DPOP_ALGORITHMS.includes(algorithm)) throw refused("its algorithm is not supported");
  try {
    const { key, algorithms, thumbprint } = await readPublicKey(JSON.stringify(jwk));
    if (!algorithms.some((one) => one === algorithm || (one === "EdDSA" && algorithm === "Ed25519"))) {
      throw refused("its key is not for its algorithm");
    }
    return { key, jkt: thumbprint, algorithm };
  } catch (error) {
    if (error instanceof Refusal) throw refused("its jwk is no public key that is accepted", error.message);
    throw error;
  }
}

/** A client sends the same header with each of its proofs, and reading a key costs more than verifying with it. */
const knownKeys = new LRUCache<string, ProofKey>({ max: 5_000 });
const KNOWN_HEADER_MAX_LENGTH = 1024;

/** §4.3 (3), (6): the signature, and the claims that must be there. */
function verifiedClaims(jwt: UnverifiedJwt, { key, algorithm }: ProofKey): Claims {
  if (!isSignedWith(jwt, key, algorithm)) throw refused("its signature is wrong");
  const claims = claimsSchema.safeParse(jwt.payload);
  if (!claims.success) throw refused("it lacks jti, htm, htu or iat, or one of its claims is malformed");
  return claims.data;
}

/** §4.3 (8), (9): made for this method and this address. */
function checkTarget({ htm, htu }: Claims, { method, path }: ProvenRequest): void {
  if (htm !== method) throw refused("its htm is another method");
  if (normalizedTarget(htu) !== targetOf(path)) throw refused("its htu is another address");
}

/** §4.3 (11) @returns when the proof will be too old, by any clock that is not further off than is tolerated */
function checkAge({ iat, exp = iat + AGE_MAX_SECONDS, nbf = iat }: Claims, now: Date): Date {
  const second = numericDate(now);
  if (second - iat > AGE_MAX_SECONDS || exp <= second - CLOCK_SKEW_SECONDS) throw refused("it is too old");
  if (Math.max(iat, nbf) - second > CLOCK_SKEW_SECONDS) throw refused("its iat is in the future");
  return atNumericDate(iat + AGE_MAX_SECONDS + CLOCK_SKEW_SECONDS);
}

/** §4.3 (12): made for this access token, with the key that the token is bound to (§6). */
function checkToken({ ath }: Claims, jkt: string, { token }: ProvenRequest): void {
  if (!token) return;
  if (ath !== createHash("sha256").update(token.text).digest("base64url")) {
    throw refused("its ath is not the hash of the access token");
  }
  if (jkt !== token.jkt) throw refused("another key signed it than the one the access token is bound to");
}

/** §4.3 (10), §8, §9: made after this server said so. */
function checkNonce({ nonce }: Claims, now: Date): void {
  if (nonce !== undefined && isAcceptedNonce(nonce, now)) return;
  throw new OAuthError("use_dpop_nonce", { detail: `DPoP proof: nonce ${nonce ? "unknown" : "missing"}` });
}

/**
 * Checks a DPoP proof as RFC 9449 §4.3 asks, without the database; {@link consumeProof} does the rest.
 * @param proof the value of the `DPoP` header
 * @throws OAuthError `invalid_dpop_proof`; `use_dpop_nonce` when nothing is wrong but the nonce
 */
export async function checkProof(proof: string, request: ProvenRequest, now: Date): Promise<Proof> {
  const jwt = readProofJwt(proof);
  const headerPart = proof.slice(0, proof.indexOf("."));
  const key = knownKeys.get(headerPart) ?? (await readKey(jwt));
  const claims = verifiedClaims(jwt, key);
  // Only one that has signed.
  if (headerPart.length <= KNOWN_HEADER_MAX_LENGTH) knownKeys.set(headerPart, key);
  checkTarget(claims, request);
  const expiresAt = checkAge(claims, now);
  checkToken(claims, key.jkt, request);
  checkNonce(claims, now);
  return { jkt: key.jkt, jti: claims.jti, expiresAt };
}

/**
 * Uses a proof up, in all processes (§11.1). Called when everything else is right, so that only who has a client's credentials or
 * token writes anything.
 * @throws OAuthError `invalid_dpop_proof` when it was sent before
 */
export async function consumeProof(db: Sql, { jkt, jti, expiresAt }: Proof): Promise<void> {
  const isFirst = await consumeJti(db, { kind: "DPoP proof", owner: jkt, jti }, expiresAt);
  if (!isFirst) throw refused("it was used before");
}
