import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { z } from "zod";
import type { CLIENT_SIGNING_ALGORITHMS } from "@/lib/algorithms";
import { Refusal } from "@/lib/errors";
import { readJson } from "@/lib/json-text";
import { looksPrivate } from "./rules";

/** What a client may sign with when it authenticates by key (RFC 7518 §3.1, RFC 8037 §3.1). */
export type ClientSigningAlgorithm = (typeof CLIENT_SIGNING_ALGORITHMS)[number];

/** NIST SP 800-131A asks for 2,048; more than 8,192 only costs the server time. */
const RSA_BITS = { min: 2048, max: 8192 };
const RSA_EXPONENT_MIN = 65_537n;
/** A modulus with such a factor was not made by anything that makes keys. */
const SMALL_PRIMES = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
];

/** A public key that may authenticate a machine. */
export type PublicKey = {
  readonly key: KeyObject;
  /** Public members only, `kty` and its own. */
  readonly jwk: JWK;
  readonly algorithms: readonly ClientSigningAlgorithm[];
  /** RFC 7638 with SHA-256. */
  readonly thumbprint: string;
};

const wrong = (message: string) => new Refusal("invalid", message, { field: "publicKey" });

const jwkSchema = z.looseObject({ kty: z.string() });

function parsed(text: string): { readonly key: KeyObject; readonly alg: string | undefined } {
  if (text.startsWith("{")) return parsedJwk(text);
  if (!/^-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(text)) {
    throw wrong("Paste a JWK (it begins with {) or a PEM block that begins with -----BEGIN PUBLIC KEY-----.");
  }
  try {
    return { key: createPublicKey(text), alg: undefined };
  } catch {
    throw wrong("This PEM block holds no public key that can be read.");
  }
}

function parsedJwk(text: string): { readonly key: KeyObject; readonly alg: string | undefined } {
  const read = readJson(text);
  if (!read.ok) throw wrong(`This begins like a JWK, but: ${read.message}`);
  const { value } = read;
  if (typeof value === "object" && value !== null && "keys" in value) {
    throw wrong("This is a set of keys. Paste one key of it at a time.");
  }
  const jwk = jwkSchema.safeParse(value);
  if (!jwk.success) throw wrong("This JSON is no JWK: it has no key type (kty).");
  const { use, alg, key_ops: operations } = jwk.data;
  if (jwk.data.kty === "oct") throw wrong("This is a symmetric key. Paste the public half of a key pair.");
  if (use !== undefined && use !== "sig") throw wrong("This key says that it is not for signatures (use).");
  if (Array.isArray(operations) && !operations.includes("verify")) {
    throw wrong("This key says that it is not for verifying signatures (key_ops).");
  }
  try {
    const key = createPublicKey({ key: jwk.data as JsonWebKey, format: "jwk" });
    return { key, alg: typeof alg === "string" ? alg : undefined };
  } catch {
    throw wrong("This JWK holds no public key that can be read.");
  }
}

const integer = (base64url: string | undefined) =>
  BigInt(`0x${Buffer.from(base64url ?? "", "base64url").toString("hex") || "0"}`);

function checkRsa(jwk: JsonWebKey): void {
  const modulus = integer(jwk.n);
  const bits = modulus.toString(2).length;
  if (bits < RSA_BITS.min) {
    throw wrong(`This RSA key has ${bits} bits, too few to be safe. Use at least ${RSA_BITS.min}.`);
  }
  if (bits > RSA_BITS.max) throw wrong(`This RSA key has ${bits} bits. Use at most ${RSA_BITS.max}.`);
  const exponent = integer(jwk.e);
  if (exponent < RSA_EXPONENT_MIN || exponent % 2n === 0n || exponent >= 1n << 64n) {
    throw wrong("This RSA key has an unsafe public exponent. Use 65537.");
  }
  if (modulus % 2n === 0n || SMALL_PRIMES.some((prime) => modulus % prime === 0n)) {
    throw wrong("The modulus of this RSA key is no product of two large primes.");
  }
}

const FIELD_PRIME = (1n << 255n) - 19n;

/**
 * Under a point of small order other signatures than the owner's verify (RFC 8032 §8.9 leaves the check to us). The y
 * coordinates of all eight such points are 0, 1, -1 and the two below.
 */
const SMALL_ORDER_Y = [
  0n,
  1n,
  FIELD_PRIME - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
];

function checkEd25519(jwk: JsonWebKey): void {
  const bytes = Buffer.from(jwk.x ?? "", "base64url").reverse();
  const y = BigInt(`0x${bytes.toString("hex")}`) & ((1n << 255n) - 1n);
  if (y >= FIELD_PRIME || SMALL_ORDER_Y.includes(y)) {
    throw wrong("This Ed25519 key is a point of small order: anybody could sign for it.");
  }
}

/** The algorithms a key of this kind is good for; refuses kinds that are weak or not supported. */
function algorithmsOf(key: KeyObject, jwk: JsonWebKey): readonly ClientSigningAlgorithm[] {
  switch (key.asymmetricKeyType) {
    case "rsa":
      checkRsa(jwk);
      return ["RS256", "PS256"];
    case "ec":
      if (jwk.crv !== "P-256") {
        throw wrong(`This elliptic curve (${jwk.crv ?? "unknown"}) is not supported. Use P-256 (ES256).`);
      }
      return ["ES256"];
    case "ed25519":
      checkEd25519(jwk);
      return ["EdDSA"];
    default:
      throw wrong(
        "Keys of this kind are not supported. Use P-256 (ES256), RSA of 2048 bits or more, or Ed25519.",
      );
  }
}

/** The members that make up the public key, and nothing that somebody wrote beside them. */
const bare = ({ kty, crv, x, y, n, e }: JsonWebKey): JWK =>
  Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined));

/**
 * Reads what a person pasted: a JWK (RFC 7517) or a PEM block (RFC 7468) with the public half of a key pair.
 * @throws Refusal `invalid` at `publicKey` with the reason: private, symmetric, weak, not supported, or not a key at all
 */
export async function readPublicKey(text: string): Promise<PublicKey> {
  if (looksPrivate(text)) {
    throw wrong(
      "This is a private key, which must never leave the robot's host. It was not stored. Make a new pair and paste its public half only.",
    );
  }
  const { key, alg } = parsed(text.trim());
  let exported: JsonWebKey;
  try {
    exported = key.export({ format: "jwk" });
  } catch {
    // Node.js exports no JWK of kinds that JOSE does not know.
    throw wrong(
      "Keys of this kind are not supported. Use P-256 (ES256), RSA of 2048 bits or more, or Ed25519.",
    );
  }
  const able = algorithmsOf(key, exported);
  const algorithms =
    alg === undefined ? able : able.filter((one) => one === alg || (one === "EdDSA" && alg === "Ed25519"));
  if (algorithms.length === 0) {
    throw wrong(`This key says it is for another algorithm (alg). Supported for it: ${able.join(", ")}.`);
  }
  const jwk = bare(exported);
  return { key, jwk, algorithms, thumbprint: await calculateJwkThumbprint(jwk) };
}
