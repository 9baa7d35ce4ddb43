import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, type JWK } from "jose";
import type { SigningAlgorithm } from "@/lib/algorithms";
import { decrypt, derivedKey, encrypt, readingKeys } from "@/lib/keys";

export const RSA_MODULUS_BITS_MIN = 2048;

/** The two halves of a signing key, in memory. */
export type KeyMaterial = {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** The public half as it is published (RFC 7517 §4). */
  readonly publicJwk: JWK;
  readonly privateKey: KeyObject;
};

const generate = promisify(generateKeyPair);

// Off this thread: an RSA key takes long to find, and robots are waiting.
function generated(algorithm: SigningAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case "ES256":
      return generate("ec", { namedCurve: "P-256" });
    case "RS256":
      return generate("rsa", { modulusLength: RSA_MODULUS_BITS_MIN });
    case "EdDSA":
      return generate("ed25519");
  }
}

/** @returns a new key, named by its RFC 7638 thumbprint */
export async function makeKey(algorithm: SigningAlgorithm): Promise<KeyMaterial> {
  const { publicKey, privateKey } = await generated(algorithm);
  return material(algorithm, publicKey, privateKey);
}

const published = (publicKey: KeyObject, kid: string, algorithm: SigningAlgorithm): JWK => ({
  ...(publicKey.export({ format: "jwk" }) as JWK),
  kid,
  use: "sig",
  alg: algorithm,
});

/** @param kid the name it has already; without one it is named by its thumbprint (RFC 7638) */
export async function material(
  algorithm: SigningAlgorithm,
  publicKey: KeyObject,
  privateKey: KeyObject,
  kid?: string,
): Promise<KeyMaterial> {
  const name = kid ?? (await calculateJwkThumbprint(publicKey.export({ format: "jwk" }) as JWK));
  return { kid: name, algorithm, publicJwk: published(publicKey, name, algorithm), privateKey };
}

/** What all private halves are encrypted for, and what each is bound to. */
export const KEY_SEALING = "signing-key sealing";
export const bindingOf = (kid: string) => `signing key ${kid}`;

/** @returns the private half encrypted, bound to the key's name, as it lies in the database */
export function encryptedPrivateHalf({ kid, privateKey }: KeyMaterial): Uint8Array<ArrayBuffer> {
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  return Uint8Array.from(encrypt(derivedKey(KEY_SEALING), der, bindingOf(kid)));
}

const ALGORITHMS: Readonly<Record<string, SigningAlgorithm>> = {
  ec: "ES256",
  rsa: "RS256",
  ed25519: "EdDSA",
};

/**
 * The key whose private half `encryptedPrivateHalf` made. Its algorithm and public half follow from the private one, which nobody
 * without APP_SECRET can replace; what else the database says of them is not asked.
 * @throws when APP_SECRET or the key's name is another one
 */
export function openedKey(
  encrypted: Uint8Array,
  kid: string,
): KeyMaterial & { readonly publicKey: KeyObject } {
  const der = decrypt(readingKeys(KEY_SEALING), encrypted, bindingOf(kid));
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const algorithm = ALGORITHMS[privateKey.asymmetricKeyType ?? ""];
  if (!algorithm) throw new Error(`signing key ${kid} is of a kind that signs nothing here`);
  const publicKey = createPublicKey(privateKey);
  return { kid, algorithm, publicJwk: published(publicKey, kid, algorithm), publicKey, privateKey };
}

/**
 * The signature of RFC 7515 §5.1 by the algorithm of the key (RFC 7518 §3.3, §3.4; RFC 8037 §3.1), on this thread: for ES256
 * some 30 µs, which is less than handing it to another thread and back.
 */
export function signature(
  { algorithm, privateKey }: Pick<KeyMaterial, "algorithm" | "privateKey">,
  signingInput: string,
): Buffer {
  const bytes = Buffer.from(signingInput);
  switch (algorithm) {
    case "ES256":
      return sign("sha256", bytes, { key: privateKey, dsaEncoding: "ieee-p1363" });
    case "RS256":
      return sign("sha256", bytes, privateKey);
    case "EdDSA":
      return sign(null, bytes, privateKey);
  }
}
