import {
  constants,
  createHash,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";
import { basic, type Client, ORCHESTRATOR, postForm, send, TOKEN_ENDPOINT } from "./robot";
import { ORIGIN } from "./world";

/** Whoever holds a key and proves it. The signing is done by hand, so that a test can sign whatever it likes. */
export type Holder = {
  readonly algorithm: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: JsonWebKey;
  readonly privateJwk: JsonWebKey;
};

const PAIRS = {
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "weak RS256": () => generateKeyPairSync("rsa", { modulusLength: 1024 }),
  EdDSA: () => generateKeyPairSync("ed25519"),
  Ed25519: () => generateKeyPairSync("ed25519"),
} as const;

export function newHolder(kind: keyof typeof PAIRS = "ES256"): Holder {
  const { publicKey, privateKey } = PAIRS[kind]();
  return {
    algorithm: kind.replace("weak ", ""),
    privateKey,
    publicJwk: publicKey.export({ format: "jwk" }),
    privateJwk: privateKey.export({ format: "jwk" }),
  };
}

/** RFC 7638. */
export function thumbprint({ publicJwk: { crv, e, kty, n, x, y } }: Holder): string {
  const members = kty === "RSA" ? { e, kty, n } : kty === "OKP" ? { crv, kty, x } : { crv, kty, x, y };
  return createHash("sha256").update(JSON.stringify(members)).digest("base64url");
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

function signature(input: Buffer, { algorithm, privateKey: key }: Holder): Buffer {
  if (algorithm.startsWith("Ed")) return sign(null, input, key);
  if (algorithm === "ES384") return sign("sha384", input, { key, dsaEncoding: "ieee-p1363" });
  if (algorithm === "ES256") return sign("sha256", input, { key, dsaEncoding: "ieee-p1363" });
  return sign("sha256", input, algorithm === "PS256" ? { key, ...PSS } : key);
}

export const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

export function signed(header: unknown, claims: unknown, holder: Holder): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${signature(Buffer.from(input), holder).toString("base64url")}`;
}

/** What a proof is for, and what a test changes about it. */
export type ProofParts = {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string;
  readonly nonce?: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
};

/** The header and claims of a proof as RFC 9449 §4.2 wants it; for the token endpoint unless said otherwise. */
export function proofParts(holder: Holder, parts: ProofParts = {}) {
  const { method = "POST", path = TOKEN_ENDPOINT, token, nonce, header, claims } = parts;
  return {
    header: { typ: "dpop+jwt", alg: holder.algorithm, jwk: holder.publicJwk, ...header },
    claims: {
      jti: randomUUID(),
      htm: method,
      htu: `${ORIGIN}${path}`,
      iat: Math.floor(Date.now() / 1000),
      ...(nonce !== undefined && { nonce }),
      ...(token !== undefined && { ath: createHash("sha256").update(token).digest("base64url") }),
      ...claims,
    },
  };
}

export function proof(holder: Holder, parts: ProofParts = {}): string {
  const { header, claims } = proofParts(holder, parts);
  return signed(header, claims, holder);
}

/** Asks for a token with a proof. */
export const askBoundToken = (client: Client, dpop: string, target = TOKEN_ENDPOINT): Promise<Response> =>
  postForm({ grant_type: "client_credentials" }, { ...basic(client), dpop }, target);

/** Shows a token with a proof. */
export const sendBound = (method: string, path: string, token: string, dpop: string, body?: unknown) =>
  send(method, path, null, body, { authorization: `DPoP ${token}`, dpop });

/** The path of a robot's resource, as a proof names it. */
export const resource = (path: string) => `${ORCHESTRATOR}/${path}`;

/** A nonce as a client gets it: by asking without one (RFC 9449 §8). */
export async function firstNonce(client: Client): Promise<string> {
  const answer = await askBoundToken(client, proof(newHolder()));
  return answer.headers.get("dpop-nonce") ?? "";
}

export async function buyBoundToken(client: Client, holder: Holder, nonce: string): Promise<string> {
  const answer = await askBoundToken(client, proof(holder, { nonce }));
  return ((await answer.json()) as { access_token: string }).access_token;
}
