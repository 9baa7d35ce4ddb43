import { z } from "zod";
import { type PublicKey, readPublicKey } from "@/lib/credentials/public-key";
import { Refusal } from "@/lib/errors";
import { atNumericDate, MINUTE_SECONDS, secondsUntil } from "@/lib/time";
import { successorEndpoint } from "./addresses";
import { isSignedWith, readJwt } from "./compact-jws";
import { CLOCK_SKEW_SECONDS } from "./rules";

/** The `typ` of a proof (RFC 8725 §3.11): nothing else that a key signs is taken for one. */
export const SUCCESSOR_PROOF_TYPE = "successor-proof+jwt";

/** A proof is made for one request, and used at once. */
const LIFETIME_MAX_SECONDS = 5 * MINUTE_SECONDS;
const JTI_MAX_LENGTH = 256;

const headerSchema = z.object({ typ: z.literal(SUCCESSOR_PROOF_TYPE), alg: z.string() });
const claimsSchema = z.object({
  aud: z.string(),
  sub: z.string(),
  jti: z.string().min(1).max(JTI_MAX_LENGTH),
  iat: z.number(),
  exp: z.number(),
});

/** A new key whose private half the caller has, but for whether the proof was sent before. */
export type ProvenKey = PublicKey & {
  readonly jti: string;
  /** When the proof is refused by its time. */
  readonly expiresAt: Date;
};

/** @param wrong a constant: nothing of what was sent is repeated */
export const refusedProof = (wrong: string) =>
  new Refusal("invalid", `The proof of the new key is not valid: ${wrong}.`, {
    field: "proof",
    problem: "successor_proof_refused",
  });

async function readKey(jwk: object): Promise<PublicKey> {
  try {
    return await readPublicKey(JSON.stringify(jwk));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal("invalid", error.message, { field: "public_key", problem: "successor_key_refused" });
  }
}

/**
 * Checks that whoever brings the public half of a new pair has its private half: a JWS of that, made for this address and this client, within
 * five minutes. The caller has the `jti` used up.
 * @throws Refusal `invalid`: `successor_key_refused` at `public_key`, `successor_proof_refused` at `proof`
 */
export async function checkSuccessorProof(
  { jwk, proof }: { readonly jwk: object; readonly proof: string },
  clientId: string,
  now: Date,
): Promise<ProvenKey> {
  const key = await readKey(jwk);
  const jwt = readJwt(proof);
  const header = headerSchema.safeParse(jwt?.header);
  if (!jwt || !header.success) throw refusedProof(`it is no JWS of typ ${SUCCESSOR_PROOF_TYPE}`);
  // RFC 7515 §4.1.11: no extension is understood here.
  if ("crit" in jwt.header) throw refusedProof("its header names critical extensions");
  const { alg } = header.data;
  if (!key.algorithms.some((one) => one === alg || (one === "EdDSA" && alg === "Ed25519"))) {
    throw refusedProof("its algorithm is not one of the new key");
  }
  if (!isSignedWith(jwt, key.key, alg)) throw refusedProof("the new key has not signed it");
  const claims = claimsSchema.safeParse(jwt.payload);
  if (!claims.success) throw refusedProof("it lacks aud, sub, jti, iat or exp");
  const { aud, sub, jti, iat, exp } = claims.data;
  if (aud !== successorEndpoint()) throw refusedProof("its aud is not this address");
  if (sub !== clientId) throw refusedProof("its sub is not this client");
  const leftSeconds = secondsUntil(exp, now);
  if (leftSeconds <= 0) throw refusedProof("it has expired");
  if (leftSeconds > LIFETIME_MAX_SECONDS) throw refusedProof("it ends more than 5 minutes from now");
  if (secondsUntil(iat, now) > CLOCK_SKEW_SECONDS) throw refusedProof("it was issued in the future");
  return { ...key, jti, expiresAt: atNumericDate(exp) };
}
