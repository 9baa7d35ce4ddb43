import { generateKeyPairSync } from "node:crypto";
import { calculateJwkThumbprint, decodeProtectedHeader, type JWK } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { bindingOf } from "@/lib/identity/key-material";
import { findSigningKey } from "@/lib/identity/signing-keys";
import { decrypt, derivedKey, encrypt, keyName } from "@/lib/keys";
import { addSeconds } from "@/lib/time";
import { buyToken, send } from "@/test/robot";
import { call, newTenantAdmin, type Provisioned, prisma, provisioned, sql } from "@/test/world";

const sealing = () => derivedKey("signing-key sealing");

let machine: Provisioned;
beforeAll(async () => {
  machine = await provisioned(await newTenantAdmin());
});

describe("the private half of a signing key", () => {
  test("lies in the database sealed, and opens under this APP_SECRET and its own name only", async () => {
    const row = await prisma().signingKey.findFirstOrThrow();
    expect(decrypt(sealing(), row.encryptedKey, bindingOf(row.kid)).length).toBeGreaterThan(100);
    expect(() => decrypt(derivedKey("client-secret pepper"), row.encryptedKey, bindingOf(row.kid))).toThrow();
    expect(() => decrypt(sealing(), row.encryptedKey, bindingOf("another-kid"))).toThrow();
  });

  test("is known to be changed when one bit of it was", async () => {
    const row = await prisma().signingKey.findFirstOrThrow();
    for (const at of [0, 12, row.encryptedKey.length - 1]) {
      const changed = Uint8Array.from(row.encryptedKey);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => decrypt(sealing(), changed, bindingOf(row.kid))).toThrow();
    }
  });

  test("is nowhere in the published keys", async () => {
    const body = await (await call("GET", "/api/identity/jwks")).text();
    expect(body).not.toMatch(/"d":/);
  });
});

test("one purpose's key says nothing about another's, nor does a key's name about the key", () => {
  const keys = (
    ["client-secret pepper", "signing-key sealing", "sign-in cookie", "known-browser cookie"] as const
  ).map((purpose) => derivedKey(purpose));
  expect(new Set(keys.map((key) => key.toString("hex"))).size).toBe(keys.length);
  for (const key of keys) {
    expect(key).toHaveLength(32);
    expect(key.toString("hex")).not.toContain(keyName(key));
  }
});

test("sealing the same bytes twice gives different ones", () => {
  const [one, other] = [
    encrypt(sealing(), Buffer.from("key"), "kid"),
    encrypt(sealing(), Buffer.from("key"), "kid"),
  ];
  expect(one.equals(other)).toBe(false);
  expect(decrypt(sealing(), one, "kid").toString()).toBe("key");
});

/** What another process that shares the database does when it makes a key. */
async function keyOfAnotherProcess(createdAt: Date): Promise<string> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = publicKey.export({ format: "jwk" }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  const encryptedKey = Uint8Array.from(encrypt(sealing(), der, bindingOf(kid)));
  const publicJwk = { ...jwk, kid, use: "sig", alg: "ES256" };
  await prisma().signingKey.create({
    data: { kid, algorithm: "ES256", publicJwk, encryptedKey, createdAt, activatesAt: createdAt },
  });
  return kid;
}

describe("a key that another process made", () => {
  test("is found when a token names it, and signs here within a minute", async () => {
    const old = await buyToken(machine);
    const oldKid = String(decodeProtectedHeader(old).kid);
    const kid = await keyOfAnotherProcess(new Date());
    const now = addSeconds(new Date(), 6);
    expect(await findSigningKey(sql(), now, kid)).toMatchObject({ kid });
    const fresh = await buyToken(machine);
    expect(decodeProtectedHeader(fresh).kid).toBe(kid);
    // Both stand side by side: tokens of the older key are good until they expire.
    const body = (await (await call("GET", "/api/identity/jwks")).json()) as { keys: { kid: string }[] };
    expect(body.keys.map((key) => key.kid)).toEqual([kid, oldKid]);
    for (const token of [old, fresh]) expect((await send("GET", "me", token)).status).toBe(200);
  });

  test("a name that is nobody's costs at most one read in five seconds", async () => {
    let reads = 0;
    const counting: ReturnType<typeof sql> = {
      ...sql(),
      query(statement, values) {
        reads += 1;
        return sql().query(statement, values);
      },
    };
    const now = addSeconds(new Date(), 600);
    for (let time = 0; time < 50; time += 1) expect(await findSigningKey(counting, now, "nobody")).toBeNull();
    expect(reads).toBe(1);
  });
});
