import { beforeEach, describe, expect, test } from "vitest";
import { inSteps } from "@/lib/http/deeds";
import { addSeconds } from "@/lib/time";
import { checkPassword, startSignIn } from "@/lib/users/commands/sign-in";
import { hashPassword } from "@/lib/users/passwords";
import { findSignedInAdmin } from "@/lib/users/queries/sign-ins";
import { makeSetupToken } from "@/lib/users/setup-token";
import { prepareFirstStart } from "@/lib/workflows/first-start";
import { setUpSchema } from "@/lib/workflows/schema";
import { prepareSetUp, setUp } from "@/lib/workflows/set-up";
import { dumpDatabase } from "@/test/dump";
import { forgetRecord } from "@/test/tamper";
import { actAsAnybody, anonymousCtx, inTransaction, prisma, systemCtx } from "@/test/world";

const EMAIL = "ada@latchkey.test";
const PASSWORD = "correct horse battery";
const ADMIN = { email: EMAIL, password: PASSWORD };

const hash = hashPassword(PASSWORD);
const firstStart = async (admin: typeof ADMIN | null, now?: Date) => {
  const given = admin && { email: admin.email, passwordHash: await hash };
  return inTransaction((db) => prepareFirstStart(systemCtx(db, now), given));
};
const settingUp = (setupToken: string, input: object = {}, now?: Date) =>
  actAsAnybody(inSteps(prepareSetUp, setUp), setUpSchema.parse({ setupToken, ...ADMIN, ...input }), now);
const signIn = (email: string, password: string) =>
  checkPassword(anonymousCtx(prisma()), { email, password });

/** Back to the moment before the first start. */
async function forgetEverything() {
  await forgetRecord();
  await prisma().admin.deleteMany({});
  await prisma().tenant.deleteMany({});
  await prisma().setupToken.deleteMany({});
  await prisma().signingKey.deleteMany({});
}

beforeEach(forgetEverything);

describe("the first start", () => {
  test("of several processes at once makes one key, one tenant and one administrator", async () => {
    const starts = await Promise.all(Array.from({ length: 4 }, () => firstStart(ADMIN)));
    expect(starts).toEqual(Array(4).fill({ setupToken: null }));
    expect(await prisma().signingKey.count()).toBe(1);
    expect(await prisma().admin.count()).toBe(1);
    expect(await prisma().tenant.findMany({ select: { slug: true } })).toEqual([{ slug: "default" }]);
  });

  test("of a process whose clock is behind the one that was first makes no second key", async () => {
    await firstStart(ADMIN, new Date());
    await firstStart(ADMIN, addSeconds(new Date(), -60));
    expect(await prisma().signingKey.count()).toBe(1);
  });

  test("without an administrator gives a link's token, of which only a digest is stored", async () => {
    const { setupToken } = await firstStart(null);
    expect(setupToken).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(await dumpDatabase())).not.toContain(setupToken);
  });

  test("is no first start once there is an administrator: nothing is made, no link is given", async () => {
    await firstStart(ADMIN);
    const before = await dumpDatabase();
    expect(await firstStart({ email: "eve@latchkey.test", password: PASSWORD })).toEqual({
      setupToken: null,
    });
    expect(await firstStart(null)).toEqual({ setupToken: null });
    expect(await dumpDatabase()).toEqual(before);
  });
});

describe("the set-up link", () => {
  test("makes its holder the first administrator, who can sign in", async () => {
    const { setupToken } = await firstStart(null);
    expect(await settingUp(setupToken ?? "", { tenantSlug: "acme", tenantName: "Acme" })).toEqual({
      tenantSlug: "acme",
    });
    const checked = await signIn(EMAIL, PASSWORD);
    if (!checked) throw new Error("the password was refused");
    const browser = { knownBrowser: null, userAgent: "" };
    const signInId = await inTransaction((db) => startSignIn(anonymousCtx(db), checked, browser));
    expect(await findSignedInAdmin(prisma(), signInId ?? "", new Date())).toMatchObject({
      email: EMAIL,
      tenants: [{ slug: "acme", name: "Acme", role: "Administrator" }],
    });
  });

  test("works once, also for two who use it at once", async () => {
    const { setupToken } = await firstStart(null);
    const uses = ["one", "two", "three"].map((name) =>
      settingUp(setupToken ?? "", { email: `${name}@latchkey.test`, tenantSlug: name }),
    );
    const outcomes = await Promise.allSettled(uses);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(settingUp(setupToken ?? "")).rejects.toMatchObject({ code: "gone" });
    expect(await prisma().admin.count()).toBe(1);
    expect(await prisma().tenant.count()).toBe(1);
  });

  test("takes every other link with it", async () => {
    const [first, second] = [await firstStart(null), await firstStart(null)];
    await settingUp(first.setupToken ?? "");
    await prisma().admin.deleteMany({});
    await expect(settingUp(second.setupToken ?? "", { tenantSlug: "b" })).rejects.toMatchObject({
      code: "gone",
    });
  });

  test("is worth nothing once there is an administrator, however that came to be", async () => {
    const { setupToken } = await firstStart(null);
    await firstStart({ email: "unattended@latchkey.test", password: PASSWORD });
    const before = await dumpDatabase();
    await expect(settingUp(setupToken ?? "", { tenantSlug: "late" })).rejects.toMatchObject({ code: "gone" });
    expect(await dumpDatabase()).toEqual(before);
  });

  test("of one process, used at once with that of another and with an unattended start, makes one administrator", async () => {
    for (let round = 0; round < 3; round += 1) {
      await forgetEverything();
      const links = [await firstStart(null), await firstStart(null)];
      const using = links.map(({ setupToken }, at) =>
        settingUp(setupToken ?? "", { email: `link-${at}@latchkey.test`, tenantSlug: `link-${at}` }),
      );
      const [unattended] = await Promise.allSettled([firstStart(ADMIN), ...using]);
      expect(unattended.status).toBe("fulfilled");
      expect(await prisma().admin.count()).toBe(1);
      expect(await prisma().tenant.count()).toBe(1);
    }
  });

  test("is over after a day", async () => {
    const made = new Date("2026-05-04T12:00:00.000Z");
    const token = await inTransaction((db) => makeSetupToken(systemCtx(db, made)));
    const day = 24 * 60 * 60;
    await expect(settingUp(token, {}, addSeconds(made, day))).rejects.toMatchObject({ code: "gone" });
    expect(await settingUp(token, {}, addSeconds(made, day - 1))).toEqual({ tenantSlug: "default" });
  });

  test("cannot be guessed, and a refused try makes nothing", async () => {
    await firstStart(null);
    const before = await dumpDatabase();
    await expect(settingUp("A".repeat(43))).rejects.toMatchObject({ code: "gone" });
    expect(await dumpDatabase()).toEqual(before);
  });
});

describe("signing in", () => {
  beforeEach(async () => {
    await firstStart(ADMIN);
  });

  test("needs the right password, to the byte; the email in any case", async () => {
    expect(await signIn(EMAIL, PASSWORD)).toMatchObject({ email: EMAIL });
    expect(await signIn(` ${EMAIL.toUpperCase()}`, PASSWORD)).toMatchObject({ email: EMAIL });
    for (const wrong of [
      `${PASSWORD} `,
      PASSWORD.toUpperCase(),
      "",
      "x",
      `${PASSWORD}\0`,
      "\ud800".repeat(12),
    ]) {
      expect(await signIn(EMAIL, wrong), wrong).toBeNull();
    }
  });

  test("an unknown email and a disabled admin are refused like a wrong password", async () => {
    expect(await signIn("nobody@latchkey.test", PASSWORD)).toBeNull();
    await prisma().admin.updateMany({ data: { disabledAt: new Date() } });
    expect(await signIn(EMAIL, PASSWORD)).toBeNull();
  });

  test("an unknown email takes as long as a wrong password", async () => {
    const took = async (email: string) => {
      const from = process.cpuUsage();
      await signIn(email, "another password");
      return process.cpuUsage(from).user;
    };
    const ratios = [];
    for (let round = 0; round < 3; round += 1)
      ratios.push((await took("nobody@latchkey.test")) / (await took(EMAIL)));
    // A hash takes a hundred times what the rest does; a missing one would show as 0.01.
    expect(Math.min(...ratios)).toBeGreaterThan(0.3);
  });
});
