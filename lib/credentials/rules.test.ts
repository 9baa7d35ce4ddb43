import { expect, test } from "vitest";
import { DAY_SECONDS, secondsBetween } from "@/lib/time";
import { countLive, expiryAfter, looksPrivate } from "./rules";

const NOW = new Date("2026-11-23T14:05:00.000Z");

test.each([
  ["PKCS#8", "-----BEGIN PRIVATE KEY-----\nAAAA"],
  ["SEC 1", "-----BEGIN EC PRIVATE KEY-----\nAAAA"],
  ["encrypted", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA"],
  ["OpenSSH", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA"],
  ["PGP", "-----BEGIN PGP PRIVATE KEY BLOCK-----"],
  ["PuTTY", "PuTTY-User-Key-File-3: ecdsa\nPublic-Lines: 3\nAAAA\nPrivate-Lines: 1\nAAAA"],
  ["XML", "<RSAKeyValue><Modulus>A</Modulus><D>A</D></RSAKeyValue>"],
  ["a JWK", '{"kty":"EC","x":"A","y":"A","d" : "A"}'],
  ["a symmetric JWK", '{"kty":"oct","k":"A"}'],
  ["an RSA JWK without its d", '{"kty":"RSA","n":"A","e":"AQAB","dp":"A"}'],
  ["an object as JavaScript prints it with quotes", "{'kty':'EC','d':'A'}"],
])("a private key is known as one: %s", (_, text) => {
  expect(looksPrivate(text)).toBe(true);
});

test.each([
  ["PEM", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEd\n-----END PUBLIC KEY-----"],
  ["a JWK", '{"kty":"EC","crv":"P-256","x":"d","y":"k","alg":"ES256","kid":"q"}'],
  ["an RSA JWK", '{"kty":"RSA","n":"p","e":"AQAB","key_ops":["verify"],"use":"sig"}'],
])("a public key is not taken for one: %s", (_, text) => {
  expect(looksPrivate(text)).toBe(false);
});

test("an end in days is that many days of 24 hours away", () => {
  expect(secondsBetween(NOW, expiryAfter(90, NOW))).toBe(90 * DAY_SECONDS);
});

test("expired and deleted ones are not live", () => {
  const never = { expiresAt: null, revokedAt: null, disabledAt: null };
  const later = { expiresAt: new Date(NOW.getTime() + 1), revokedAt: null, disabledAt: null };
  expect(
    countLive(
      [never, later, { expiresAt: NOW, revokedAt: null, disabledAt: null }, { ...later, revokedAt: NOW }],
      NOW,
    ),
  ).toBe(2);
});
