import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto";
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

/**
 * Reads the key that the robot authenticates with (RFC 7523), from a file that nobody else can read.
 * @returns a key that signs and cannot be taken out again
 * @throws RobotEnd `settings`
 */
export async function readPrivateKey(path: string): Promise<CryptoKey> {
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
  return crypto.subtle.importKey("pkcs8", der, parameters, false, ["sign"]);
}
