/** What the browser can make pairs for; the server takes PS256 too, with the same RSA keys. */
export const PAIR_ALGORITHMS = ["ES256", "EdDSA", "RS256"] as const;
export type PairAlgorithm = (typeof PAIR_ALGORITHMS)[number];

/** A pair that was made in this browser. It lives in the state of a dialog and nowhere else. */
export type KeyPair = {
  readonly algorithm: PairAlgorithm;
  /** A JWK (RFC 7517) with public members only. */
  readonly publicKey: string;
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string;
  /** PKCS#8 (RFC 5958) in PEM (RFC 7468). */
  readonly privateKeyPem: string;
};

const PARAMETERS = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  EdDSA: { name: "Ed25519" },
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 3072,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
} as const;

/** @returns whether this browser makes keys here: it does on https and on localhost, nowhere else */
export const canMakePairs = () => window.isSecureContext && window.crypto.subtle !== undefined;

/** @returns the algorithms that this browser makes pairs for; older ones know no Ed25519 */
export async function supportedAlgorithms(): Promise<readonly PairAlgorithm[]> {
  try {
    await crypto.subtle.generateKey(PARAMETERS.EdDSA, false, ["sign", "verify"]);
    return PAIR_ALGORITHMS;
  } catch {
    return PAIR_ALGORITHMS.filter((algorithm) => algorithm !== "EdDSA");
  }
}

const base64 = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));

const pem = (pkcs8: ArrayBuffer) =>
  [
    "-----BEGIN PRIVATE KEY-----",
    ...(base64(pkcs8).match(/.{1,64}/g) ?? []),
    "-----END PRIVATE KEY-----",
    "",
  ].join("\n");

/** The members that make up a public key, in the order in which RFC 7638 §3.2 wants them. */
const publicMembers = ({ crv, e, kty, n, x, y }: JsonWebKey) =>
  Object.fromEntries(Object.entries({ crv, e, kty, n, x, y }).filter(([, value]) => value !== undefined));

async function thumbprintOf(members: Readonly<Record<string, unknown>>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(members)));
  return base64(digest).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Makes a key pair in this browser. The private half is returned as text and its key object forgotten.
 * @throws what WebCrypto throws where it does not know the algorithm
 */
export async function makeKeyPair(algorithm: PairAlgorithm): Promise<KeyPair> {
  const { subtle } = crypto;
  const pair = await subtle.generateKey(PARAMETERS[algorithm], true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("no pair was made");
  const members = publicMembers(await subtle.exportKey("jwk", pair.publicKey));
  return {
    algorithm,
    publicKey: JSON.stringify({ ...members, alg: algorithm }),
    thumbprint: await thumbprintOf(members),
    privateKeyPem: pem(await subtle.exportKey("pkcs8", pair.privateKey)),
  };
}
