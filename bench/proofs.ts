import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const header = encoded({ typ: "dpop+jwt", alg: "ES256", jwk: publicKey.export({ format: "jwk" }) });

/** What a proof is made for. */
export type ProofTarget = { readonly htu: string; readonly nonce: string; readonly token?: string };

/** @returns a new proof for a POST, always with the same key (RFC 9449 §4.2); it is good for a minute */
export function proof({ htu, nonce, token }: ProofTarget): string {
  const iat = Math.floor(Date.now() / 1000);
  const ath = token && createHash("sha256").update(token).digest("base64url");
  const input = `${header}.${encoded({ jti: randomUUID(), htm: "POST", htu, iat, nonce, ath })}`;
  const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}
