import { generateKeyPairSync } from "node:crypto";
import { decodeJwt, SignJWT } from "jose";
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { addSeconds } from "@/lib/time";
import { buyToken, send } from "@/test/robot";
import { kidOf, moved, oneKey, publishedKids } from "@/test/signing-keys";
import { act, call, newInstallationAdmin, type Provisioned, prisma, provisioned } from "@/test/world";

/** Somebody writes the table of signing keys without knowing APP_SECRET. */
let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newInstallationAdmin();
  machine = await provisioned(admin);
});
beforeEach(oneKey);

const statusOf = async (token: string) => (await send("GET", "me", token)).status;

test("another public half written over a key's is neither published nor believed, and honest tokens stay good", async () => {
  const honest = await buyToken(machine);
  const { kid } = await act(admin, (ctx) => rotateSigningKey(ctx), {});
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicJwk = { ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "ES256" };
  await prisma().signingKey.updateMany({ data: { publicJwk: publicJwk as object, algorithm: "EdDSA" } });
  await moved(kidOf(honest), { activatesAt: addSeconds(new Date(), -9) });
  await moved(kid, { activatesAt: addSeconds(new Date(), -1) });

  const forged = await new SignJWT(decodeJwt(honest))
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid })
    .sign(privateKey);
  expect(await statusOf(forged)).toBe(401);
  const fresh = await buyToken(machine);
  expect(kidOf(fresh)).toBe(kid);
  expect([await statusOf(honest), await statusOf(fresh)]).toEqual([200, 200]);
  expect(await (await call("GET", "/api/identity/jwks")).text()).not.toContain(publicJwk.x);
});

test("a withdrawn key has no private half any more, so that its row cannot be made good again", async () => {
  const token = await buyToken(machine);
  const kid = kidOf(token);
  await act(admin, withdrawSigningKey, { kid, confirmedActive: true });
  await prisma().signingKey.update({ where: { kid }, data: { withdrawnAt: null } });
  forgetSigningKeys();
  expect(await statusOf(token)).toBe(401);
  expect(await publishedKids()).not.toContain(kid);
  expect(await statusOf(await buyToken(machine))).toBe(200);
});
