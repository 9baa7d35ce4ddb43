import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { describe, expect, test } from "vitest";
import { Refusal } from "@/lib/errors";
import { importedKey } from "@/lib/identity/imported-jwk";

type Members = Record<string, unknown>;
const membersOf = (key: KeyObject): Members => key.export({ format: "jwk" }) as Members;

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");
const EC = membersOf(ec.privateKey);
const RSA = membersOf(rsa.privateKey);
const ED = membersOf(ed.privateKey);

describe("a private key is taken over", () => {
  test.each([
    ["ES256", EC, ec.publicKey],
    ["RS256", RSA, rsa.publicKey],
    ["EdDSA", ED, ed.publicKey],
  ] as const)("%s, under its kid, or its thumbprint where it has none", async (algorithm, jwk, publicKey) => {
    const publicJwk = publicKey.export({ format: "jwk" }) as JWK;
    const named = await importedKey(
      JSON.stringify({ ...jwk, kid: "old-server:1", use: "sig", alg: algorithm }),
    );
    expect(named).toMatchObject({ kid: "old-server:1", algorithm });
    // What is published holds no member but those of the public half and what names it.
    expect(named.publicJwk).toEqual({ ...publicJwk, kid: "old-server:1", use: "sig", alg: algorithm });
    const unnamed = await importedKey(JSON.stringify(jwk));
    expect(unnamed.kid).toBe(await calculateJwkThumbprint(publicJwk));
  });

  test("with what some servers add: key_ops, x5t, the newer name of EdDSA", async () => {
    await importedKey(JSON.stringify({ ...EC, key_ops: ["sign"], x5t: "abc", ext: true }));
    expect((await importedKey(JSON.stringify({ ...ED, alg: "Ed25519" }))).algorithm).toBe("EdDSA");
  });
});

const weak = membersOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey);
const exponent3 = membersOf(
  generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }).privateKey,
);
const pss = generateKeyPairSync("ec", { namedCurve: "P-384" });
const other = membersOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
const otherEd = membersOf(generateKeyPairSync("ed25519").privateKey);

describe("what cannot sign here is refused with the reason", () => {
  const { d: _, ...publicOnly } = EC;
  const { p: _p, ...withoutPrime } = RSA;
  test.each<[string, unknown, RegExp]>([
    ["a PEM", "-----BEGIN PRIVATE KEY-----", /not JSON/],
    ["half a key", '{"kty":"EC"', /not JSON/],
    ["a list", [EC], /one JSON object/],
    ["a number", 1, /one JSON object/],
    ["null", "null", /one JSON object/],
    ["a set", { keys: [EC] }, /set of keys/],
    ["no members", {}, /key type/],
    ["a public key", publicOnly, /public key/],
    ["a symmetric key", { kty: "oct", k: "AAAA" }, /symmetric/],
    ["an RSA key of 1024 bits", weak, /1024 bits/],
    ["an RSA key with a small exponent", exponent3, /exponent/],
    ["an RSA key without its primes", withoutPrime, /not a whole private key/],
    ["an RSA key of three primes", { ...RSA, oth: [{}] }, /two primes/],
    ["P-384", membersOf(pss.privateKey), /not P-256/],
    ["secp256k1", { ...EC, crv: "secp256k1" }, /not P-256/],
    ["X25519", { ...ED, crv: "X25519" }, /not Ed25519/],
    ["Ed448", membersOf(generateKeyPairSync("ed448").privateKey), /not Ed25519/],
    ["an encryption key", { ...EC, use: "enc" }, /use/],
    ["a use that is none", { ...EC, use: ["sig"] }, /use/],
    ["a key that may only verify", { ...EC, key_ops: ["verify"] }, /key_ops/],
    ["another algorithm of its kind", { ...RSA, alg: "PS256" }, /alg/],
    ["an algorithm of another kind", { ...EC, alg: "RS256" }, /alg/],
    ["none", { ...EC, alg: "none" }, /alg/],
    ["a point that is not on the curve", { ...EC, x: EC.y }, /not a whole private key|not that of/],
    ["another's public half", { ...EC, x: other.x, y: other.y }, /not a whole private key|not that of/],
    ["another's Ed25519 public half", { ...ED, x: otherEd.x }, /not a whole private key|not that of/],
    ["a private half that is empty", { ...EC, d: "" }, /not a whole private key|not that of/],
    ["a private half that is a number", { ...EC, d: 7 }, /not a whole private key|not that of/],
    ["a kid that is a number", { ...EC, kid: 7 }, /kid/],
    ["an empty kid", { ...EC, kid: "" }, /kid/],
    ["a kid with a blank", { ...EC, kid: "a b" }, /kid/],
    ["a kid that is a path", { ...EC, kid: "../../dev/null\0" }, /kid/],
    ["a kid that is too long", { ...EC, kid: "k".repeat(129) }, /kid/],
  ])("%s", async (_name, jwk, reason) => {
    const text = typeof jwk === "string" ? jwk : JSON.stringify(jwk);
    const refusal = await importedKey(text).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code: "invalid", field: "jwk" });
    expect((refusal as Refusal).message).toMatch(reason);
    // It never quotes what was pasted.
    for (const secret of [EC.d, RSA.d, ED.d]) expect((refusal as Refusal).message).not.toContain(secret);
  });
});
