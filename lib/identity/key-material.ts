import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  sign,
} from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, type JWK } from "jose";
import { derivedKey, readingKeys, seal, unseal } from "@/lib/keys";
import type { SigningAlgorithm } from "./schema";

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

/** @param kid the name it has already; without one it is named by its thumbprint (RFC 7638) */
export async function material(
  algorithm: SigningAlgorithm,
  publicKey: KeyObject,
  privateKey: KeyObject,
  kid?: string,
): Promise<KeyMaterial> {
  const bare = publicKey.export({ format: "jwk" }) as JWK;
  const name = kid ?? (await calculateJwkThumbprint(bare));
  return {
    kid: name,
    algorithm,
    publicJwk: { ...bare, kid: name, use: "sig", alg: algorithm },
    privateKey,
  };
}

/** @returns the private half encrypted, bound to the key's name, as it lies in the database */
export function sealedPrivateHalf({ kid, privateKey }: KeyMaterial): Uint8Array<ArrayBuffer> {
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  return Uint8Array.from(seal(derivedKey("signing-key sealing"), der, kid));
}

/** Opens what `sealedPrivateHalf` made. @throws when APP_SECRET or the key's name is another one */
export function openedPrivateHalf(sealed: Uint8Array, kid: string): KeyObject {
  const der = unseal(readingKeys("signing-key sealing"), sealed, kid);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

export const publicHalf = (jwk: JWK): KeyObject => createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });

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
