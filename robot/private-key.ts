import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { RobotEnd } from "./exit-codes";
import { readGuardedFile } from "./private-file";

type Told = { readonly key: KeyObject; readonly alg: unknown };

const unusable = (path: string, why: string) =>
  new RobotEnd("settings", `The private key file ${path} ${why}.`);

function parsed(path: string, text: string): Told {
  if (/ENCRYPTED/.test(text)) throw unusable(path, "is encrypted; the robot cannot ask for its password");
  try {
    if (!text.trimStart().startsWith("{")) return { key: createPrivateKey(text), alg: undefined };
    const jwk = JSON.parse(text) as JsonWebKey;
    return { key: createPrivateKey({ key: jwk, format: "jwk" }), alg: jwk.alg };
  } catch {
    throw unusable(path, "holds no private key that can be read, neither PEM (PKCS #8) nor JWK");
  }
}

/** An RSA key signs by either scheme; a JWK may say by which (RFC 7517 §4.4). */
function parametersOf({ key, alg }: Told): (EcKeyImportParams | RsaHashedImportParams | Algorithm) | null {
  switch (key.asymmetricKeyType) {
    case "ec":
      return key.asymmetricKeyDetails?.namedCurve === "prime256v1"
        ? { name: "ECDSA", namedCurve: "P-256" }
        : null;
    case "rsa":
      return { name: alg === "PS256" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    case "ed25519":
      return { name: "Ed25519" };
    default:
      return null;
  }
}

/** A key pair as the robot holds it. */
export type RobotKey = {
  /** Signs, and cannot be taken out again. */
  readonly key: CryptoKey;
  /** What it signs with (RFC 7518 §3.1). */
  readonly alg: string;
  /** The public half. */
  readonly publicJwk: JsonWebKey;
  /** Its thumbprint (RFC 7638 with SHA-256), by which the server knows which of its keys this is. */
  readonly keyId: string;
  /** The file that it stands in, and that file's text. */
  readonly file: string;
  readonly text: string;
};

/** The required members, in the order of their names (RFC 7638 §3). */
function thumbprintOf({ crv, e, kty, n, x, y }: JsonWebKey): string {
  return createHash("sha256").update(JSON.stringify({ crv, e, kty, n, x, y })).digest("base64url");
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  ECDSA: "ES256",
  "RSASSA-PKCS1-v1_5": "RS256",
  "RSA-PSS": "PS256",
  Ed25519: "EdDSA",
};

/**
 * Reads the key that the robot authenticates with (RFC 7523), from a file that nobody else can read.
 * @throws RobotEnd `settings`
 */
export async function readPrivateKey(path: string): Promise<RobotKey> {
  const text = readGuardedFile(path, "private key file", {
    bits: 0o007,
    because: "is open to everybody on this host",
    command: "o-rwx",
  });
  const told = parsed(path, text);
  const parameters = parametersOf(told);
  if (!parameters)
    throw unusable(path, "holds a key of a kind that is not supported: use P-256, RSA or Ed25519");
  const der = Uint8Array.from(told.key.export({ format: "der", type: "pkcs8" }));
  const key = await crypto.subtle.importKey("pkcs8", der, parameters, false, ["sign"]);
  const publicJwk = createPublicKey(told.key).export({ format: "jwk" });
  const alg = ALGORITHMS[key.algorithm.name] ?? "";
  return { key, alg, publicJwk, keyId: thumbprintOf(publicJwk), file: path, text };
}
