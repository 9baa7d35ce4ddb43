import { createHmac, createPublicKey } from "node:crypto";
import { encoded, type Holder, newHolder, type ProofParts, proof, proofParts, signed } from "./dpop";
import { TOKEN_ENDPOINT } from "./robot";
import { ORIGIN } from "./world";

const now = () => Math.floor(Date.now() / 1000);

/** Makes a proof of this holder that must be refused, from the parts of one that would be accepted. */
type Make = (holder: Holder, parts: ProofParts) => string;
const changed =
  (change: Pick<ProofParts, "header" | "claims">): Make =>
  (holder, parts) =>
    proof(holder, { ...parts, ...change });
const without = (...names: readonly string[]): Make =>
  changed({ claims: Object.fromEntries(names.map((name) => [name, undefined])) });
/** With another key in the header than the one that signs, or another way to sign. */
const resigned =
  (header: object, signer: (input: string, holder: Holder) => string): Make =>
  (holder, parts) => {
    const made = proofParts(holder, parts);
    const input = `${encoded({ ...made.header, ...header })}.${encoded(made.claims)}`;
    return `${input}.${signer(input, holder)}`;
  };
const hmac = (secret: Buffer | string) => (input: string) =>
  createHmac("sha256", secret).update(input).digest("base64url");
const spki = (holder: Holder) => createPublicKey(holder.privateKey).export({ type: "spki", format: "pem" });
/** The neutral point of Ed25519: under it, itself with S = 0 is a signature of anything. */
const NEUTRAL = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);
const SMALL_ORDER = { alg: "EdDSA", jwk: { kty: "OKP", crv: "Ed25519", x: NEUTRAL.toString("base64url") } };
const anyoneSigns = () => Buffer.concat([NEUTRAL, Buffer.alloc(32)]).toString("base64url");
const weak = newHolder("weak RS256");
const other = newHolder();
const p384 = newHolder("ES384");
const rsa = newHolder("RS256");

/** Named by the step of RFC 9449 §4.3 that refuses them. */
export const HOSTILE_PROOFS: readonly (readonly [string, Make])[] = [
  [
    "(1) two proofs, as Node.js joins two headers",
    (holder, parts) => `${proof(holder, parts)}, ${proof(holder, parts)}`,
  ],
  ["(2) nothing", () => ""],
  ["(2) garbage", () => "garbage"],
  ["(2) three parts of garbage", () => "a.b.c"],
  ["(2) a JWE's five parts", (holder, parts) => `${proof(holder, parts)}.a.b`],
  ["(2) a proof without signature", (holder, parts) => proof(holder, parts).replace(/[^.]+$/, "")],
  [
    "(2) a megabyte",
    (holder, parts) => proof(holder, { ...parts, claims: { padding: "x".repeat(1 << 20) } }),
  ],
  ["(2) a megabyte without a dot", () => "x".repeat(1 << 20)],
  ["(2) claims that are a list", (holder) => signed(proofParts(holder).header, [1], holder)],
  ["(2) claims that are null", (holder) => signed(proofParts(holder).header, null, holder)],
  ["(3) no jti", without("jti")],
  ["(3) no htm", without("htm")],
  ["(3) no htu", without("htu")],
  ["(3) no iat", without("iat")],
  ["(3) an empty jti", changed({ claims: { jti: "" } })],
  ["(3) a jti too long to be kept", changed({ claims: { jti: "x".repeat(257) } })],
  ["(3) a jti that is a number", changed({ claims: { jti: 1 } })],
  ["(3) an htu that is a list", changed({ claims: { htu: [`${ORIGIN}${TOKEN_ENDPOINT}`] } })],
  ["(3) an iat that is text", changed({ claims: { iat: String(now()) } })],
  ["(3) a nonce that is a list", changed({ claims: { nonce: ["x"] } })],
  ["(4) no typ", changed({ header: { typ: undefined } })],
  ["(4) an access token's typ", changed({ header: { typ: "at+jwt" } })],
  ["(4) typ JWT", changed({ header: { typ: "JWT" } })],
  ["(5) alg none", resigned({ alg: "none" }, () => "")],
  ["(5) alg none, with something as signature", resigned({ alg: "none" }, () => "AA")],
  [
    "(5) HS256 with the public key as secret",
    resigned({ alg: "HS256" }, (input, holder) => hmac(spki(holder))(input)),
  ],
  [
    "(5) HS256 with a key of its own",
    resigned({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" } }, hmac("\0\0\0")),
  ],
  ["(5) ES384", (_holder, parts) => proof(p384, parts)],
  ["(5) no alg", changed({ header: { alg: undefined } })],
  ["(5) RS256 over an elliptic key", changed({ header: { alg: "RS256" } })],
  ["(5) ES256 over an RSA key", changed({ header: { jwk: rsa.publicJwk } })],
  [
    "(5) the algorithm that the key is not for",
    changed({ header: { jwk: { ...newHolder().publicJwk, alg: "ES384" } } }),
  ],
  ["(5) a weak RSA key", (_holder, parts) => proof(weak, parts)],
  ["(5) an Ed25519 key for which anybody can sign", resigned(SMALL_ORDER, anyoneSigns)],
  [
    "(5) a point that is not on the curve",
    changed({ header: { jwk: { ...newHolder().publicJwk, y: other.publicJwk.x } } }),
  ],
  ["(6) another key than the one that signed", changed({ header: { jwk: other.publicJwk } })],
  [
    "(6) a changed claim",
    (holder, parts) => {
      const [header, , signature] = proof(holder, parts).split(".");
      return `${header}.${encoded(proofParts(holder, parts).claims)}.${signature}`;
    },
  ],
  ["(6) no jwk", changed({ header: { jwk: undefined } })],
  ["(6) a key by address", changed({ header: { jwk: undefined, jku: `${ORIGIN}/api/identity/jwks` } })],
  ["(6) a jwk that is text", changed({ header: { jwk: "x" } })],
  ["(6) a set of keys", changed({ header: { jwk: { kty: "EC", keys: [other.publicJwk] } } })],
  ["(7) a private key", (holder, parts) => proof(holder, { ...parts, header: { jwk: holder.privateJwk } })],
  ["(7) a private RSA key", (_holder, parts) => proof(rsa, { ...parts, header: { jwk: rsa.privateJwk } })],
  ["(8) another method", changed({ claims: { htm: "PUT" } })],
  ["(8) the method in another case", changed({ claims: { htm: "post" } })],
  ["(8) no method in particular", changed({ claims: { htm: "*" } })],
  ["(11) made more than a minute ago", changed({ claims: { iat: now() - 75 } })],
  ["(11) made in the future", changed({ claims: { iat: now() + 120 } })],
  ["(11) made at no time", changed({ claims: { iat: 1e308 } })],
  ["(11) made long before time", changed({ claims: { iat: -1e308 } })],
  ["(11) with an exp that has passed", changed({ claims: { exp: now() - 60 } })],
  ["RFC 7515 §4.1.11: critical extensions", changed({ header: { crit: ["exp"], exp: now() + 60 } })],
  ["RFC 7797: an unencoded payload", changed({ header: { crit: ["b64"], b64: true } })],
];
