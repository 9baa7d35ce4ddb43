import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { describe, expect, test } from "vitest";
import { Refusal } from "@/lib/errors";
import { forAny } from "@/test/random";
import { readPublicKey } from "./public-key";

const jwkOf = (key: KeyObject): JWK => key.export({ format: "jwk" }) as JWK;
const pemOf = (key: KeyObject) => key.export({ format: "pem", type: "spki" }).toString();
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = (modulusLength: number, publicExponent = 0x10001) =>
  generateKeyPairSync("rsa", { modulusLength, publicExponent }).publicKey;
const text = (jwk: object) => JSON.stringify(jwk);

const refusal = (pasted: string): Promise<unknown> => readPublicKey(pasted).catch((error: unknown) => error);

describe("a sound public key is read, whatever it was pasted as", () => {
  test.each([
    ["P-256", p256.publicKey, ["ES256"]],
    ["RSA of 2048 bits", rsa(2048), ["RS256", "PS256"]],
    ["Ed25519", generateKeyPairSync("ed25519").publicKey, ["EdDSA"]],
  ] as const)("%s", async (_, key, algorithms) => {
    const jwk = jwkOf(key);
    const read = { jwk, algorithms, thumbprint: await calculateJwkThumbprint(jwk) };
    for (const pasted of [
      text(jwk),
      `\n ${JSON.stringify(jwk, null, 2)} \n`,
      pemOf(key),
      `  ${pemOf(key)}\n\n`,
    ]) {
      expect(await readPublicKey(pasted)).toMatchObject(read);
    }
  });

  test("an RSA key in PKCS #1", async () => {
    const pem = rsa(2048).export({ format: "pem", type: "pkcs1" }).toString();
    expect((await readPublicKey(pem)).algorithms).toEqual(["RS256", "PS256"]);
  });

  test("what is written beside the key is not kept", async () => {
    const jwk = jwkOf(p256.publicKey);
    const read = await readPublicKey(
      text({ ...jwk, kid: "mine", use: "sig", x5u: "https://evil.test", note: "x" }),
    );
    expect(read.jwk).toEqual(jwk);
  });

  test("its alg narrows what it may sign with", async () => {
    const jwk = jwkOf(rsa(2048));
    expect((await readPublicKey(text({ ...jwk, alg: "PS256" }))).algorithms).toEqual(["PS256"]);
    const ed = jwkOf(generateKeyPairSync("ed25519").publicKey);
    expect((await readPublicKey(text({ ...ed, alg: "Ed25519" }))).algorithms).toEqual(["EdDSA"]);
  });
});

const small = (x: string) =>
  text({ kty: "OKP", crv: "Ed25519", x: Buffer.from(x, "hex").toString("base64url") });

/** A modulus of 2048 bits that three divides. */
function smooth(): string {
  const jwk = jwkOf(rsa(2048));
  const n = (BigInt(`0x${Buffer.from(jwk.n ?? "", "base64url").toString("hex")}`) / 3n) * 3n;
  return text({ ...jwk, n: Buffer.from(n.toString(16).padStart(512, "0"), "hex").toString("base64url") });
}

describe("anything else is refused at the field, with the reason", () => {
  test.each<[string, string, RegExp]>([
    ["a private JWK", text(jwkOf(p256.privateKey)), /private key/],
    ["a private PEM", p256.privateKey.export({ format: "pem", type: "pkcs8" }).toString(), /private key/],
    [
      "a private key in the old form",
      p256.privateKey.export({ format: "pem", type: "sec1" }).toString(),
      /private key/,
    ],
    ["a symmetric JWK", text({ kty: "oct", k: "c2VjcmV0" }), /private key|symmetric/],
    ["a symmetric JWK without its value", text({ kty: "oct" }), /symmetric/],
    ["RSA of 1024 bits", text(jwkOf(rsa(1024))), /1024 bits, too few/],
    [
      "RSA of 2047 bits",
      text({ ...jwkOf(rsa(2048)), n: Buffer.alloc(256, 0x7f).toString("base64url") }),
      /2047 bits/,
    ],
    [
      "RSA of 9000 bits",
      text({ kty: "RSA", e: "AQAB", n: Buffer.alloc(1125, 0xff).toString("base64url") }),
      /at most 8192/,
    ],
    ["RSA with exponent 3", text(jwkOf(rsa(2048, 3))), /exponent/],
    ["RSA with exponent 1", text({ ...jwkOf(rsa(2048)), e: "AQ" }), /exponent|read/],
    ["RSA with an even exponent", text({ ...jwkOf(rsa(2048)), e: "AQAA" }), /exponent|read/],
    ["RSA with a small factor", smooth(), /two large primes/],
    ["P-384", text(jwkOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey)), /P-256/],
    ["secp256k1", pemOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey), /P-256/],
    ["Ed448", pemOf(generateKeyPairSync("ed448").publicKey), /not supported/],
    ["X25519", pemOf(generateKeyPairSync("x25519").publicKey), /not supported/],
    ["a point that is not on the curve", text({ ...jwkOf(p256.publicKey), x: "AAAA" }), /read/],
    ["Ed25519 of order 1", small(`01${"00".repeat(31)}`), /small order/],
    ["Ed25519 of order 4", small("00".repeat(32)), /small order/],
    [
      "Ed25519 of order 8",
      small("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
      /small order/,
    ],
    [
      "Ed25519 of order 8, its other sign",
      small("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
      /small order/,
    ],
    ["Ed25519 beyond the field", small(`${"ff".repeat(31)}7f`), /small order/],
    ["a key for encryption", text({ ...jwkOf(p256.publicKey), use: "enc" }), /not for signatures/],
    [
      "a key for other operations",
      text({ ...jwkOf(p256.publicKey), key_ops: ["encrypt"] }),
      /not for verifying/,
    ],
    ["a key for another algorithm", text({ ...jwkOf(p256.publicKey), alg: "ES384" }), /another algorithm/],
    ["a key set", text({ keys: [jwkOf(p256.publicKey)] }), /set of keys/],
    ["JSON that is no key", "{}", /key type/],
    ["broken JSON", '{"kty":"EC"', /not JSON/],
    [
      "a PEM block that holds something else",
      "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
      /read/,
    ],
    ["a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", /PUBLIC KEY/],
    ["an SSH key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI ada@host", /PUBLIC KEY/],
  ])("%s", async (_, pasted, reason) => {
    const refused = await refusal(pasted);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({
      code: "invalid",
      field: "publicKey",
      message: expect.stringMatching(reason),
    });
  });
});

test("whatever is pasted is a key or a refusal", async () => {
  await forAny(async ({ text: random, pick }) => {
    const pasted = pick([
      random(200),
      `{"kty":"${random(10)}","n":"${random(50)}"}`,
      `-----BEGIN PUBLIC KEY-----\n${random(100)}`,
    ]);
    expect(await refusal(pasted)).toBeInstanceOf(Refusal);
  });
});
