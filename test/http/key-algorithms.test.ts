import { createSecretKey } from "node:crypto";
import {
  createLocalJWKSet,
  decodeJwt,
  exportSPKI,
  importJWK,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from "@/lib/algorithms";
import { openedKey } from "@/lib/identity/key-material";
import { buyToken, send } from "@/test/robot";
import { kidOf, signingWith } from "@/test/signing-keys";
import { call, newTenantAdmin, ORIGIN, type Provisioned, prisma, provisioned } from "@/test/world";

let machine: Provisioned;
beforeAll(async () => {
  machine = await provisioned(await newTenantAdmin());
});

const keySet = async () => (await (await call("GET", "/api/identity/jwks")).json()) as JSONWebKeySet;
const statusOf = async (token: string) => (await send("GET", "me", token)).status;

describe.each(SIGNING_ALGORITHMS)("tokens signed with %s", (algorithm) => {
  test("verify with a client's library from the JWK set, and here (RFC 9068 §4)", async () => {
    const kid = await signingWith(algorithm);
    const token = await buyToken(machine);
    const { protectedHeader } = await jwtVerify(token, createLocalJWKSet(await keySet()), {
      issuer: `${ORIGIN}/api/identity`,
      audience: `${ORIGIN}/api/orchestrator`,
      typ: "at+jwt",
      algorithms: [algorithm],
    });
    expect(protectedHeader).toEqual({ alg: algorithm, typ: "at+jwt", kid });
    expect(await statusOf(token)).toBe(200);
  });

  test("stay good when another algorithm signs from then on", async () => {
    const kid = await signingWith(algorithm);
    const token = await buyToken(machine);
    const after: SigningAlgorithm = algorithm === "ES256" ? "RS256" : "ES256";
    const later = await signingWith(after);
    const fresh = await buyToken(machine);
    expect([kidOf(token), kidOf(fresh)]).toEqual([kid, later]);
    expect([await statusOf(token), await statusOf(fresh)]).toEqual([200, 200]);
  });
});

describe("a key verifies with its own algorithm only", () => {
  const privateKey = async (kid: string) =>
    openedKey((await prisma().signingKey.findUniqueOrThrow({ where: { kid } })).encryptedKey, kid).privateKey;
  const claims = async () => decodeJwt(await buyToken(machine));
  const signed = async (alg: string, kid: string, key: Parameters<SignJWT["sign"]>[0], header: object = {}) =>
    new SignJWT(await claims()).setProtectedHeader({ alg, typ: "at+jwt", kid, ...header }).sign(key);

  test("the forger's tools make good tokens as long as the algorithm is the key's", async () => {
    for (const algorithm of SIGNING_ALGORITHMS) {
      const kid = await signingWith(algorithm);
      expect(await statusOf(await signed(algorithm, kid, await privateKey(kid)))).toBe(200);
    }
  });

  test("not with another one that the same key can do", async () => {
    const kid = await signingWith("RS256");
    for (const alg of ["PS256", "RS384", "RS512", "PS512"]) {
      expect(await statusOf(await signed(alg, kid, await privateKey(kid)))).toBe(401);
    }
  });

  test("not with that of another key of this server", async () => {
    const kids = await Promise.all(SIGNING_ALGORITHMS.map(signingWith));
    for (const [index, alg] of SIGNING_ALGORITHMS.entries()) {
      const own = kids[index] ?? "";
      for (const kid of kids.filter((other) => other !== own)) {
        expect(await statusOf(await signed(alg, kid, await privateKey(own)))).toBe(401);
      }
    }
  });

  test("not as the secret of an HMAC, in any spelling of the public key", async () => {
    const kid = await signingWith("RS256");
    const jwk = (await keySet()).keys.find((key) => key.kid === kid) ?? {};
    const pem = await exportSPKI((await importJWK(jwk, "RS256")) as CryptoKey);
    for (const secret of [pem, pem.trimEnd(), JSON.stringify(jwk), String(jwk.n)]) {
      const token = await signed("HS256", kid, createSecretKey(Buffer.from(secret)));
      expect(await statusOf(token)).toBe(401);
    }
  });

  test("not with a key that the token brings along or points to", async () => {
    const kid = await signingWith("ES256");
    const own = await signingWith("EdDSA");
    const jwk = (await keySet()).keys.find((key) => key.kid === own);
    const remote = { jku: `${ORIGIN}/api/identity/jwks`, x5u: `${ORIGIN}/api/identity/jwks` };
    for (const header of [{ jwk }, remote]) {
      expect(await statusOf(await signed("EdDSA", kid, await privateKey(own), header))).toBe(401);
    }
  });
});
