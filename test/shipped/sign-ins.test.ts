import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "@/lib/db";
import { addSeconds } from "@/lib/time";
import { Browser } from "./browser";
import { type Installation, startInstallation } from "./installation";
import { type Latchkey, startLatchkey } from "./process";

const ADMIN = { email: "ada@example.com", password: "correct horse battery" };

let installation: Installation;
let second: Latchkey;

beforeAll(async () => {
  installation = await startInstallation();
  const { env } = installation;
  second = await startLatchkey({
    env: { ...env, ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password },
  });
  await second.ready();
});

afterAll(async () => {
  await second?.remove();
  await installation?.stop();
});

const page = async (browser: Browser) => (await browser.ask("/tenants/default/machines")).status;

test("a sign-in at one process holds at every other, and when it ends it ends at all of them", async () => {
  const one = new Browser(installation.latchkey.url);
  expect(await one.signIn(ADMIN)).toBe(true);
  const two = one.at(second.url);
  expect([await page(one), await page(two)]).toEqual([200, 200]);
  const rows = await database().prisma.signIn.findMany();
  expect(rows).toMatchObject([{ endedAt: null, address: expect.stringMatching(/127\.0\.0\.1|::1/) }]);
  await database().prisma.signIn.updateMany({ data: { endedAt: new Date() } });
  expect([await page(one), await page(two)]).toEqual([307, 307]);
});

test("signing out ends the sign-in itself: a cookie that was kept is worth nothing", async () => {
  const one = new Browser(installation.latchkey.url);
  await one.signIn(ADMIN);
  const kept = one.at(second.url);
  expect(await page(kept)).toBe(200);
  await one.post("/api/auth/signout", {});
  expect([await page(one), await page(kept)]).toEqual([307, 307]);
});

test("a sensitive deed asks again who it is once the proof is ten minutes old, and every time until it is right", async () => {
  const one = new Browser(installation.latchkey.url);
  await one.signIn(ADMIN);
  const invite = () =>
    one.act("/tenants/default/users", "inviteAction", "default", {
      email: "eve@example.com",
      role: "Viewer",
    });
  const confirm = (proof: string) =>
    one.act("/tenants/default/users", "confirmSignInAction", { kind: "password", proof });
  const age = (seconds: number) =>
    database().prisma.signIn.updateMany({ data: { confirmedAt: addSeconds(new Date(), -seconds) } });
  await age(9 * 60);
  expect(await invite()).toContain('"ok":true');
  await age(10 * 60);
  const before = await database().prisma.invite.findMany();
  expect(await invite()).toContain('"code":"reauthenticate"');
  expect(await confirm("not the password")).toContain('"code":"invalid"');
  expect(await invite()).toContain('"code":"reauthenticate"');
  expect(await database().prisma.invite.findMany()).toEqual(before);
  expect(await confirm(ADMIN.password)).toContain('"ok":true');
  expect(await invite()).toContain('"ok":true');
});

test("where a second factor is required, neither a page nor a deed answers to somebody without one", async () => {
  const one = new Browser(installation.latchkey.url);
  await one.signIn(ADMIN);
  const where = { slug: "default" };
  await database().prisma.tenant.update({ where, data: { requiresSecondFactor: true } });
  try {
    expect((await one.ask("/tenants/default/machines")).headers.get("location")).toBe("/second-factor");
    expect((await one.ask("/tenants/default/changes")).headers.get("location")).toBe("/second-factor");
    const invite = { email: "eve@example.com", role: "Viewer" };
    const answer = await one.act("/tenants/default/users", "inviteAction", "default", invite);
    expect(answer).toContain('"code":"forbidden"');
  } finally {
    await database().prisma.tenant.update({ where, data: { requiresSecondFactor: false } });
  }
  expect(await page(one)).toBe(200);
});

test("guesses at the password in an open browser are slowed", async () => {
  const one = new Browser(installation.latchkey.url);
  await one.signIn(ADMIN);
  const { id } = await database().prisma.admin.findFirstOrThrow({ where: { email: ADMIN.email } });
  // Ten guesses are ten slow hashes; the counter is what they would leave behind.
  const bucket = `account:${createHash("sha256").update(id).digest("base64url")}`;
  await database().prisma.signInFailure.create({ data: { bucket, failures: 10, lastFailedAt: new Date() } });
  const guess = { kind: "password", proof: ADMIN.password };
  expect(await one.act("/tenants/default/users", "confirmSignInAction", guess)).toMatch(/Too many attempts/);
});

test("the cookie names a sign-in and nothing of it is a secret of the person", async () => {
  const one = new Browser(installation.latchkey.url);
  await one.signIn(ADMIN);
  const session = (await (await one.ask("/api/auth/session")).json()) as Record<string, unknown>;
  expect(Object.keys(session).sort()).toEqual(["expires", "signInId"]);
});
