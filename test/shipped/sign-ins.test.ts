import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "@/lib/db";
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

test("the cookie names a sign-in and nothing of it is a secret of the person", async () => {
  const one = new Browser(installation.latchkey.url);
  await one.signIn(ADMIN);
  const session = (await (await one.ask("/api/auth/session")).json()) as Record<string, unknown>;
  expect(Object.keys(session).sort()).toEqual(["expires", "signInId"]);
});
