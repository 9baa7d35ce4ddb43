import { beforeEach, describe, expect, test } from "vitest";
import type { Ctx, PersonActor, UserActor } from "@/lib/ctx";
import { inSteps } from "@/lib/http/deeds";
import { requireSecondFactor } from "@/lib/tenants/commands";
import { addSeconds } from "@/lib/time";
import {
  beginSecondFactor,
  confirmSecondFactor,
  proveForRemoval,
  removeSecondFactor,
  removeSecondFactorAtServer,
  replaceRecoveryCodes,
} from "@/lib/users/commands/second-factor";
import { startSignIn } from "@/lib/users/commands/sign-in";
import { hashPassword } from "@/lib/users/passwords";
import { readSecondFactor } from "@/lib/users/queries/second-factor";
import { findSignedInAdmin } from "@/lib/users/queries/sign-ins";
import { countAttempt, countCode, giveBackAttempt } from "@/lib/users/throttle";
import { appOf } from "@/test/authenticator";
import { dumpDatabase } from "@/test/dump";
import {
  act,
  actAs,
  anonymousCtx,
  inTransaction,
  newTenantAdmin,
  prisma,
  signedIn,
  systemCtx,
} from "@/test/world";

/** The middle of a time step, so that a second more or less changes nothing. */
const NOON = new Date("2026-05-04T12:00:15.000Z");
const STEP = 30;
const PASSWORD = "correct horse battery";
const hash = hashPassword(PASSWORD);
const remove = inSteps(proveForRemoval, removeSecondFactor);

let admin: UserActor;
let own: PersonActor;
beforeEach(async () => {
  admin = await newTenantAdmin();
  await prisma().adminPassword.create({ data: { adminId: admin.id, hash: await hash, changedAt: NOON } });
  own = await signedIn(admin, NOON);
});

const begin = (ctx: Ctx<PersonActor>, _nothing: object) => beginSecondFactor(ctx);

async function setUp(at = NOON) {
  const { uri, secret } = await actAs(own, begin, {}, at);
  const app = appOf(uri);
  const { recoveryCodes } = await actAs(own, confirmSecondFactor, { code: app(at) }, at);
  return { app, secret, recoveryCodes };
}

/** After the password was found right. @returns the sign-in's id, or null when it was refused */
async function signIn(code: string | undefined, at: Date) {
  const checked = { id: admin.id, email: admin.name, passwordChangedAt: NOON };
  const browser = { knownBrowser: null, userAgent: "", ...(code !== undefined && { code }) };
  return inTransaction((db) => startSignIn(anonymousCtx(db, at), checked, browser));
}
const isIn = async (code: string | undefined, at: Date) => (await signIn(code, at)) !== null;

describe("setting up", () => {
  test("counts from the first right code on, and gives ten recovery codes", async () => {
    const { uri } = await actAs(own, begin, {}, NOON);
    expect(uri).toMatch(/^otpauth:\/\/totp\/Latchkey:/);
    expect(await isIn(undefined, NOON)).toBe(true);
    const refused = actAs(own, confirmSecondFactor, { code: "000000" }, NOON);
    await expect(refused).rejects.toMatchObject({ code: "invalid", field: "code" });
    expect(await isIn(undefined, NOON)).toBe(true);
    const { recoveryCodes } = await actAs(own, confirmSecondFactor, { code: appOf(uri)(NOON) }, NOON);
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(recoveryCodes[0]).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
    expect(await isIn(undefined, NOON)).toBe(false);
  });

  test("ends the sign-ins where nobody was asked for a code", async () => {
    const other = await signedIn(admin, NOON);
    await setUp();
    const stands = ({ signInId }: PersonActor) => findSignedInAdmin(prisma(), signInId, addSeconds(NOON, 1));
    expect(await stands(other)).toBeNull();
    expect(await stands(own)).toMatchObject({ hasSecondFactor: true });
  });

  test("twice at once, or a second time, is refused", async () => {
    const { uri } = await actAs(own, begin, {}, NOON);
    const code = appOf(uri)(NOON);
    const both = await Promise.allSettled([1, 2].map(() => actAs(own, confirmSecondFactor, { code }, NOON)));
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(actAs(own, begin, {}, NOON)).rejects.toMatchObject({ code: "conflict" });
  });

  test("begun again forgets what was begun", async () => {
    const first = await actAs(own, begin, {}, NOON);
    await actAs(own, begin, {}, NOON);
    const old = actAs(own, confirmSecondFactor, { code: appOf(first.uri)(NOON) }, NOON);
    await expect(old).rejects.toMatchObject({ code: "invalid" });
  });

  test("leaves neither key nor recovery code readable in the database", async () => {
    const { secret, recoveryCodes } = await setUp();
    const dump = JSON.stringify(await dumpDatabase()).toLowerCase();
    for (const value of [
      secret.toLowerCase(),
      ...recoveryCodes,
      ...recoveryCodes.map((code) => code.replaceAll("-", "")),
    ])
      expect(dump).not.toContain(value);
  });
});

describe("a code of the app", () => {
  test("is taken in its time step and the ones beside it, and not outside", async () => {
    const { app } = await setUp();
    const base = addSeconds(NOON, 10 * STEP);
    expect(await isIn(app(addSeconds(base, -2 * STEP)), base)).toBe(false);
    expect(await isIn(app(addSeconds(base, 2 * STEP)), base)).toBe(false);
    expect(await isIn(app(addSeconds(base, -STEP)), base)).toBe(true);
    expect(await isIn(app(addSeconds(base, STEP)), base)).toBe(true);
  });

  test("is taken once, also of ten at once, and no earlier one after it", async () => {
    const { app } = await setUp();
    const at = addSeconds(NOON, 10 * STEP);
    const ten = await Promise.all(Array.from({ length: 10 }, () => isIn(app(at), at)));
    expect(ten.filter(Boolean)).toHaveLength(1);
    expect(await isIn(app(at), addSeconds(at, 1))).toBe(false);
    expect(await isIn(app(addSeconds(at, -STEP)), at)).toBe(false);
  });

  test("that set the app up does not let anybody in afterwards", async () => {
    const { app } = await setUp();
    expect(await isIn(app(NOON), NOON)).toBe(false);
  });

  test("is read with spaces; anything else is refused", async () => {
    const { app } = await setUp();
    const at = addSeconds(NOON, 10 * STEP);
    for (const wrong of ["", "12345", "1234567", "abcdef", "\0", "１２３４５６"])
      expect(await isIn(wrong, at)).toBe(false);
    expect(await isIn(app(at).replace(/^(...)/, "$1 "), at)).toBe(true);
  });
});

describe("a recovery code", () => {
  test("stands in once, also of ten at once, in any case and without hyphens", async () => {
    const { recoveryCodes } = await setUp();
    const [first = "", second = ""] = recoveryCodes;
    const ten = await Promise.all(Array.from({ length: 10 }, () => isIn(first, NOON)));
    expect(ten.filter(Boolean)).toHaveLength(1);
    expect(await isIn(second.toUpperCase().replaceAll("-", ""), NOON)).toBe(true);
    expect(await readSecondFactor({ db: prisma(), actor: own, now: NOON })).toMatchObject({
      recoveryCodesLeft: 8,
    });
  });

  test("of somebody else, or of an earlier set, is worth nothing", async () => {
    const { app, recoveryCodes } = await setUp();
    const at = addSeconds(NOON, 10 * STEP);
    const next = await actAs(own, replaceRecoveryCodes, { code: app(at) }, at);
    expect(await isIn(recoveryCodes[0], at)).toBe(false);
    const [mine = ""] = next.recoveryCodes;
    const previous = admin;
    admin = await newTenantAdmin();
    await prisma().adminPassword.create({ data: { adminId: admin.id, hash: await hash, changedAt: NOON } });
    own = await signedIn(admin, NOON);
    await setUp(at);
    expect(await isIn(mine, at)).toBe(false);
    admin = previous;
    expect(await isIn(mine, at)).toBe(true);
  });
});

describe("guesses at the code of somebody whose password is known", () => {
  const count = (address: string, browser: string | null = null, at = NOON) =>
    inTransaction((db) => countCode(anonymousCtx(db, at, address), admin.name, browser));

  test("are slowed from the sixth on, from wherever they come; the owner's own browser is not", async () => {
    for (let guess = 0; guess < 5; guess += 1) expect(await count(`198.51.100.${guess}`)).toBe(0);
    expect(await count("198.51.100.99")).toBe(2);
    expect(await count("198.51.100.99", "a browser the owner knows")).toBe(0);
  });

  test("asking for the code is no failure, and forgets none", async () => {
    const address = "203.0.113.5";
    const attempt = () =>
      inTransaction((db) => countAttempt(anonymousCtx(db, NOON, address), admin.name, null));
    const giveBack = () =>
      inTransaction((db) => giveBackAttempt(anonymousCtx(db, NOON, address), admin.name, null));
    for (let guess = 0; guess < 4; guess += 1) expect(await attempt()).toBe(0);
    for (let asked = 0; asked < 10; asked += 1) {
      expect(await attempt()).toBe(0);
      await giveBack();
    }
    expect(await attempt()).toBe(0);
    expect(await attempt()).toBeGreaterThan(0);
  });
});

describe("removing it", () => {
  test("needs the password", async () => {
    await setUp();
    const wrong = actAs(own, remove, { password: "not the password" }, NOON);
    await expect(wrong).rejects.toMatchObject({ code: "invalid", field: "password" });
    await actAs(own, remove, { password: PASSWORD }, NOON);
    expect(await isIn(undefined, NOON)).toBe(true);
    expect(await prisma().recoveryCode.count({ where: { adminId: admin.id } })).toBe(0);
  });

  test("is refused while a tenant of theirs requires one", async () => {
    await setUp();
    await act(admin, requireSecondFactor, { isRequired: true });
    const removing = () => actAs(own, remove, { password: PASSWORD }, NOON);
    await expect(removing()).rejects.toMatchObject({ code: "conflict" });
    await act(admin, requireSecondFactor, { isRequired: false });
    await removing();
  });

  test("by somebody at the server needs nothing, and says whether there was one", async () => {
    await setUp();
    const removing = () =>
      inTransaction((db) => removeSecondFactorAtServer(systemCtx(db), { email: admin.name.toUpperCase() }));
    expect(await removing()).toEqual({ email: admin.name, wasThere: true });
    expect(await removing()).toEqual({ email: admin.name, wasThere: false });
    expect(await isIn(undefined, NOON)).toBe(true);
  });
});
