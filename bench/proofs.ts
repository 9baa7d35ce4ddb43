import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const header = encoded({ typ: "dpop+jwt", alg: "ES256", jwk: publicKey.export({ format: "jwk" }) });

/** What proofs are made for, all with one key (RFC 9449 §4.2). */
export type ProofTarget = { readonly htu: string; readonly nonce: string; readonly token?: string };

function proof({ htu, nonce, token }: ProofTarget): string {
  const iat = Math.floor(Date.now() / 1000);
  const ath = token && createHash("sha256").update(token).digest("base64url");
  const input = `${header}.${encoded({ jti: randomUUID(), htm: "POST", htu, iat, nonce, ath })}`;
  const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

/** Makes proofs before they are needed, so that signing them is not measured with the server's work. They are good for a minute. */
export function proofStock(target: ProofTarget) {
  let stock: string[] = [];
  return {
    fill(count: number): void {
      stock = Array.from({ length: count }, () => proof(target));
    },
    take: (): string => stock.pop() ?? proof(target),
  };
}
