import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calculateJwkThumbprint, type JWK } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSettings } from "@/robot/settings";

const GIVEN = { LATCHKEY_URL: "https://latchkey.test/", LATCHKEY_CLIENT_ID: "id" };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-robot-key-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function file(text: string, mode = 0o600): string {
  count += 1;
  const path = join(folder, `key-${count}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const ec = (namedCurve = "P-256") => generateKeyPairSync("ec", { namedCurve }).privateKey;
const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const ed25519 = () => generateKeyPairSync("ed25519").privateKey;
const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
const jwk = (key: KeyObject, more: object = {}) =>
  JSON.stringify({ ...key.export({ format: "jwk" }), ...more });

const settingsWith = (keyFile: string, more: Record<string, string> = {}) =>
  readSettings({ ...GIVEN, LATCHKEY_PRIVATE_KEY_FILE: keyFile, ...more }, undefined);

describe("a private key instead of a secret", () => {
  test.each([
    ["P-256 as PEM", () => pem(ec()), "ECDSA"],
    ["P-256 as JWK", () => jwk(ec()), "ECDSA"],
    ["RSA as PEM", () => pem(rsa()), "RSASSA-PKCS1-v1_5"],
    ["RSA as JWK that is for PS256", () => jwk(rsa(), { alg: "PS256" }), "RSA-PSS"],
    ["Ed25519 as PEM", () => pem(ed25519()), "Ed25519"],
    ["Ed25519 as JWK", () => jwk(ed25519()), "Ed25519"],
  ])("is read from a file: %s; it signs and cannot be taken out", async (_, make, name) => {
    const { credential } = await settingsWith(file(make()), { LATCHKEY_KEY_ID: "key" });
    if (credential.kind !== "key") throw new Error("not a key");
    expect(credential.keyId).toBe(await calculateJwkThumbprint(credential.publicJwk as JWK));
    expect(credential.key).toMatchObject({ type: "private", extractable: false, usages: ["sign"] });
    expect(credential.key.algorithm.name).toBe(name);
  });

  test("is not asked to be a secret too", async () => {
    const ask = () => Promise.reject(new Error("asked"));
    const given = { ...GIVEN, LATCHKEY_PRIVATE_KEY_FILE: file(pem(ec())) };
    await expect(readSettings(given, undefined, ask)).resolves.toMatchObject({ credential: { kind: "key" } });
  });

  test.each([0o644, 0o604, 0o602])(
    "in a file of mode %o is refused, with the command that mends it",
    async (mode) => {
      const path = file(pem(ec()), mode);
      await expect(settingsWith(path)).rejects.toMatchObject({ kind: "settings", exitCode: 2 });
      await expect(settingsWith(path)).rejects.toThrow(`chmod o-rwx ${path}`);
    },
  );

  const encrypted = () =>
    ec().export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }).toString();
  test.each([
    ["a public key", () => jwk(ec()).replace(/"d":"[^"]*",?/, ""), "no private key that can be read"],
    ["nothing", () => "", "no private key that can be read"],
    ["broken JSON", () => '{"kty":', "no private key that can be read"],
    ["a symmetric key", () => '{"kty":"oct","k":"c2VjcmV0"}', "no private key that can be read"],
    ["an encrypted key", encrypted, "is encrypted"],
    ["another curve", () => pem(ec("P-384")), "kind that is not supported"],
    [
      "a key that cannot sign",
      () => pem(generateKeyPairSync("x25519").privateKey),
      "kind that is not supported",
    ],
  ])("that is %s is refused with the reason", async (_, make, sentence) => {
    const text = make();
    const reading = settingsWith(file(text));
    await expect(reading).rejects.toMatchObject({ kind: "settings" });
    await expect(reading).rejects.toThrow(sentence);
    if (text) await expect(reading.catch(String)).resolves.not.toContain(text.slice(0, 20));
  });

  test("that is not there is refused", async () => {
    await expect(settingsWith(join(folder, "none"))).rejects.toThrow("cannot be read (ENOENT)");
  });
});

test("secret and key together are refused, and neither", async () => {
  const both = settingsWith(file(pem(ec())), { LATCHKEY_CLIENT_SECRET: "lks_not-a-real-one" });
  await expect(both).rejects.toThrow("are both set");
  await expect(both.catch(String)).resolves.not.toContain("lks_");
  await expect(readSettings(GIVEN, undefined)).rejects.toThrow("LATCHKEY_CLIENT_SECRET is missing");
  const idAlone = { ...GIVEN, LATCHKEY_CLIENT_SECRET: "x", LATCHKEY_KEY_ID: "key" };
  await expect(readSettings(idAlone, undefined)).rejects.toThrow("without LATCHKEY_PRIVATE_KEY_FILE");
});
