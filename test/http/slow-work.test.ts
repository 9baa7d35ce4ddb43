import { beforeEach, expect, test, vi } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { inSteps, perform, performGuarded } from "@/lib/http/deeds";
import { signInByPassword } from "@/lib/http/portal/password-sign-in";
import { prepareFirstAdministrator } from "@/lib/operator/first-start";
import { confirmSignIn, proveAgain } from "@/lib/users/commands/confirm-sign-in";
import { acceptInviteAsNew, chooseInInvite, invitePerson } from "@/lib/users/commands/invite";
import {
  changePassword,
  chooseInReset,
  makeResetLink,
  proveForChange,
  resetPassword,
} from "@/lib/users/commands/reset-password";
import { proveForRemoval, removeSecondFactor } from "@/lib/users/commands/second-factor";
import { hashPassword } from "@/lib/users/passwords";
import { makeSetupToken } from "@/lib/users/setup-token";
import { prepareSetUp, setUp } from "@/lib/workflows/set-up";
import { forgetRecord } from "@/test/tamper";
import { holdBcrypt, lentDuringWork } from "@/test/watched-bcrypt";
import {
  act,
  inTransaction,
  newAdmin,
  newTenantAdmin,
  prisma,
  signedIn,
  systemCtx,
  tokenOf,
  unique,
} from "@/test/world";

vi.hoisted(() =>
  Object.assign(process.env, { ADMIN_EMAIL: "first@latchkey.test", ADMIN_PASSWORD: "correct horse battery" }),
);

const PASSWORD = "correct horse battery";
const hash = hashPassword(PASSWORD);
const STRANGER = { kind: "anonymous", address: "192.0.2.9" } as const;
const confirm = inSteps(proveAgain, confirmSignIn);

let admin: UserActor;
beforeEach(async () => {
  admin = await newTenantAdmin();
  await prisma().adminPassword.create({
    data: { adminId: admin.id, hash: await hash, changedAt: new Date() },
  });
  lentDuringWork.length = 0;
});

/** What people do that needs bcrypt, and how often it is asked. */
const WAYS: Readonly<Record<string, readonly [number, () => Promise<unknown>]>> = {
  "signing in": [
    1,
    () =>
      signInByPassword(
        { address: null, cookies: null, userAgent: "" },
        { email: admin.name, password: PASSWORD },
      ),
  ],
  "confirming who one is": [
    1,
    async () => performGuarded(await signedIn(admin), confirm, { kind: "password", proof: PASSWORD }),
  ],
  "changing the password": [
    2,
    async () =>
      performGuarded(await signedIn(admin), inSteps(proveForChange, changePassword), {
        oldPassword: PASSWORD,
        newPassword: "another horse battery",
      }),
  ],
  "removing the second factor": [
    1,
    async () =>
      performGuarded(await signedIn(admin), inSteps(proveForRemoval, removeSecondFactor), {
        password: PASSWORD,
      }),
  ],
  "using a reset link": [
    1,
    async () => {
      const { id: adminId } = await newAdmin({ id: admin.tenantId, slug: "" });
      const token = tokenOf(await act(admin, makeResetLink, { adminId }));
      await perform(STRANGER, inSteps(chooseInReset, resetPassword), { token, password: PASSWORD });
    },
  ],
  "accepting an invite": [
    1,
    async () => {
      const invite = { email: `${unique("new")}@latchkey.test`, role: "Viewer" } as const;
      const token = tokenOf(await act(admin, invitePerson, invite));
      await perform(STRANGER, inSteps(chooseInInvite, acceptInviteAsNew), { token, password: PASSWORD });
    },
  ],
  "setting up": [
    1,
    async () => {
      await forgetEverybody();
      const setupToken = await inTransaction((db) => makeSetupToken(systemCtx(db)));
      const first = {
        email: "first@latchkey.test",
        password: PASSWORD,
        tenantName: "First",
        tenantSlug: "first",
      };
      await perform(STRANGER, inSteps(prepareSetUp, setUp), { setupToken, ...first });
    },
  ],
  "starting for the first time with an administrator": [
    1,
    async () => {
      await forgetEverybody();
      await prepareFirstAdministrator();
      expect(await prisma().admin.count()).toBe(1);
    },
  ],
};

async function forgetEverybody() {
  await forgetRecord();
  await prisma().admin.deleteMany({});
}

test.each(Object.entries(WAYS))(
  "%s: no connection is held while a password is looked at",
  async (_, [times, go]) => {
    await go();
    expect(lentDuringWork).toEqual(Array(times).fill(0));
  },
);

test("links that are worth nothing have no password looked at", async () => {
  const [token, password] = ["A".repeat(43), PASSWORD];
  const gone = { code: "gone" };
  await expect(
    perform(STRANGER, inSteps(chooseInReset, resetPassword), { token, password }),
  ).rejects.toMatchObject(gone);
  await expect(
    perform(STRANGER, inSteps(chooseInInvite, acceptInviteAsNew), { token, password }),
  ).rejects.toMatchObject(gone);
  const first = { email: "first@latchkey.test", password, tenantName: "First", tenantSlug: "first" };
  await expect(
    perform(STRANGER, inSteps(prepareSetUp, setUp), { setupToken: token, ...first }),
  ).rejects.toMatchObject(gone);
  expect(lentDuringWork).toEqual([]);
});

test("forty-eight wrong confirmations at once, from several sign-ins, hold no connection and are soon told to wait", async () => {
  const own = await Promise.all([signedIn(admin), signedIn(admin), signedIn(admin)]);
  const goOn = holdBcrypt();
  const confirming = Array.from({ length: 48 }, (_, at) => {
    const actor = own[at % own.length];
    if (!actor) throw new Error("there are three");
    return performGuarded(actor, confirm, { kind: "password", proof: "not the password" });
  });
  let turnedAway = 0;
  for (const one of confirming) {
    one.catch(() => {
      turnedAway += 1;
    });
  }
  // Three of one account wait before bcrypt; the others are told at once, and nothing is held for any of them.
  await expect.poll(() => turnedAway, { timeout: 60_000 }).toBe(45);
  const { pool } = database();
  await expect.poll(() => pool.totalCount - pool.idleCount, { timeout: 60_000 }).toBe(0);
  await Promise.all(Array.from({ length: 32 }, () => prisma().$transaction((db) => db.$queryRaw`SELECT 1`)));
  goOn();
  const errors = (await Promise.allSettled(confirming)).map((one) => one.status === "rejected" && one.reason);
  expect(errors.filter(({ code }) => code === "invalid")).toHaveLength(3);
  expect(errors.filter(({ code }) => code === "limit_reached").length).toBeGreaterThan(0);
  // When the first one began, the others were still being counted.
  expect(lentDuringWork.slice(1)).toEqual([0, 0]);
}, 180_000);

test("a confirmation with a password that was changed meanwhile is none", async () => {
  const actor = await signedIn(admin);
  const proven = await proveAgain(
    { db: prisma(), actor, now: new Date() },
    { kind: "password", proof: PASSWORD },
  );
  await prisma().adminPassword.update({ where: { adminId: admin.id }, data: { hash: "another" } });
  const confirming = perform(actor, (ctx) => confirmSignIn(ctx, proven), null);
  await expect(confirming).rejects.toMatchObject({ code: "invalid", field: "proof" });
});
