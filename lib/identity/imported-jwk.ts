import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";
import type { SigningAlgorithm } from "@/lib/algorithms";
import { Refusal } from "@/lib/errors";
import { readJson } from "@/lib/json-text";
import { type KeyMaterial, material, RSA_MODULUS_BITS_MIN, signature } from "./key-material";

/** A larger key makes each token cost more than a robot fleet can wait for. */
const RSA_MODULUS_BITS_MAX = 4096;
const RSA_EXPONENT_MIN = 65_537n;
const KID = /^[\w.~:+/=-]{1,128}$/;

type Members = Readonly<Record<string, unknown>>;

const refused = (reason: string) => new Refusal("invalid", reason, { field: "jwk" });

function membersOf(text: string): Members {
  const read = readJson(text);
  if (!read.ok) throw refused(`${read.message} Paste the private key as one JSON Web Key.`);
  const { value } = read;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refused("That is not a JSON Web Key: it must be one JSON object.");
  }
  if ("keys" in value) throw refused("That is a set of keys. Paste one of them.");
  return value as Members;
}

/** What a key of this kind signs with here (RFC 7518 §3.1, RFC 8037 §3.1). */
function algorithmOf({ kty, crv }: Members): SigningAlgorithm {
  if (kty === "oct") throw refused("That is a symmetric key. Whoever could verify with it could also sign.");
  if (kty === "RSA") return "RS256";
  if (kty === "EC") {
    if (crv === "P-256") return "ES256";
    throw refused("Its curve is not P-256, which ES256 needs.");
  }
  if (kty === "OKP") {
    if (crv === "Ed25519") return "EdDSA";
    throw refused("Its curve is not Ed25519, which is the one EdDSA uses here.");
  }
  throw refused("Its key type (kty) is none of EC, RSA and OKP.");
}

/** RFC 7517 §4.2 to §4.4: what the key says of its own use. */
function requireForSigning({ use, key_ops, alg }: Members, algorithm: SigningAlgorithm): void {
  if (use !== undefined && use !== "sig")
    throw refused("Its use is not sig: it is not meant for signatures.");
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes("sign"))) {
    throw refused("Its key_ops do not hold sign: it is not meant for signing.");
  }
  const names: readonly unknown[] = algorithm === "EdDSA" ? ["EdDSA", "Ed25519"] : [algorithm];
  if (alg !== undefined && !names.includes(alg)) {
    throw refused(`Its alg is another one than ${algorithm}, with which a key of this kind signs here.`);
  }
}

function requireStrong(publicKey: KeyObject): void {
  const { modulusLength, publicExponent } = publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength === undefined) return;
  if (modulusLength < RSA_MODULUS_BITS_MIN) {
    throw refused(`It has ${modulusLength} bits. An RSA key needs at least ${RSA_MODULUS_BITS_MIN}.`);
  }
  if (modulusLength > RSA_MODULUS_BITS_MAX) {
    throw refused(
      `It has ${modulusLength} bits; more than ${RSA_MODULUS_BITS_MAX} make each token too slow to sign.`,
    );
  }
  if (publicExponent === undefined || publicExponent < RSA_EXPONENT_MIN || publicExponent % 2n === 0n) {
    throw refused("Its public exponent is weak: it must be 65537 or a larger odd number.");
  }
}

/** Reads both halves as they stand, so that a public half that is another key's does not go unnoticed. */
function halvesOf(jwk: Members): { publicKey: KeyObject; privateKey: KeyObject } {
  const { kty, crv, x, y, n, e } = jwk as JsonWebKey;
  const publicMembers = Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  );
  try {
    return {
      publicKey: createPublicKey({ key: publicMembers, format: "jwk" }),
      privateKey: createPrivateKey({ key: jwk as JsonWebKey, format: "jwk" }),
    };
  } catch {
    // What the library says may quote what it read.
    throw refused("Its numbers are not a whole private key of this kind.");
  }
}

function belongTogether(algorithm: SigningAlgorithm, publicKey: KeyObject, privateKey: KeyObject): boolean {
  const probe = "do these halves belong together?";
  try {
    const signed = signature({ algorithm, privateKey }, probe);
    const digest = algorithm === "EdDSA" ? null : "sha256";
    const key = algorithm === "ES256" ? { key: publicKey, dsaEncoding: "ieee-p1363" as const } : publicKey;
    return verify(digest, Buffer.from(probe), key, signed);
  } catch {
    return false;
  }
}

/**
 * Reads a private JSON Web Key (RFC 7517, RFC 7518 §6, RFC 8037 §2) that somebody brings from another server. Messages never
 * quote what was pasted.
 * @returns the key under the `kid` it has, or its thumbprint where it has none
 * @throws Refusal `invalid` at `jwk` with the reason
 */
export async function importedKey(text: string): Promise<KeyMaterial> {
  const jwk = membersOf(text);
  const algorithm = algorithmOf(jwk);
  if (jwk.d === undefined) throw refused("That is a public key. The private half (d) is needed to sign.");
  requireForSigning(jwk, algorithm);
  if (jwk.oth !== undefined) throw refused("RSA keys of more than two primes are not taken.");
  const { publicKey, privateKey } = halvesOf(jwk);
  requireStrong(publicKey);
  if (!belongTogether(algorithm, publicKey, privateKey)) {
    throw refused("Its public half is not that of its private half.");
  }
  const { kid } = jwk;
  if (kid !== undefined && !(typeof kid === "string" && KID.test(kid))) {
    throw refused(
      "Its kid is not 1 to 128 letters, digits and . _ ~ : + / = -. Remove it to have the key named by its thumbprint.",
    );
  }
  return material(algorithm, publicKey, privateKey, kid);
}
