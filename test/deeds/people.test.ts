import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { inSteps } from "@/lib/http/deeds";
import { addSeconds } from "@/lib/time";
import {
  acceptInvite,
  acceptInviteAsNew,
  chooseInInvite,
  invitePerson,
  revokeInvite,
} from "@/lib/users/commands/invite";
import { changeRole, disablePerson, enablePerson, removePerson } from "@/lib/users/commands/manage-people";
import { makeResetLink } from "@/lib/users/commands/reset-password";
import { shareInstallation } from "@/lib/users/commands/share-installation";
import { checkPassword } from "@/lib/users/commands/sign-in";
import { hashPassword } from "@/lib/users/passwords";
import { listInvites, listPeople, readInvite } from "@/lib/users/queries/people";
import { findSignedInAdmin } from "@/lib/users/queries/sign-ins";
import { dumpDatabase } from "@/test/dump";
import {
  act,
  actAs,
  actAsAnybody,
  anonymousCtx,
  newAdmin,
  newTenantAdmin,
  prisma,
  signedIn,
  tokenOf,
  unique,
} from "@/test/world";

const PASSWORD = "correct horse battery";
const HOUR = 60 * 60;

let owner: UserActor;
beforeEach(async () => {
  owner = await newTenantAdmin();
});

const colleagueOf = (admin: UserActor, role: UserActor["role"] = "Administrator") =>
  newAdmin({ id: admin.tenantId, slug: "" }, role);
const roles = async () => {
  const rows = await prisma().membership.findMany({ where: { tenantId: owner.tenantId } });
  return Object.fromEntries(rows.map(({ adminId, role }) => [adminId, role]));
};
const freshEmail = () => `${unique("guest")}@latchkey.test`;
const invite = (email = freshEmail(), now?: Date) =>
  act(owner, invitePerson, { email, role: "Operator" as const }, now);
const acceptAsNew = (token: string, now?: Date) =>
  actAsAnybody(inSteps(chooseInInvite, acceptInviteAsNew), { token, password: PASSWORD }, now);
const offered = (token: string, now?: Date) => readInvite(anonymousCtx(prisma(), now), { token });

/** @returns how many of the outcomes are successes; every other one must be a refusal with this code */
async function successes(doings: Promise<unknown>[], code: RegExp) {
  const outcomes = await Promise.allSettled(doings);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected")
      expect(outcome.reason).toMatchObject({ name: "Refusal", code: expect.stringMatching(code) });
  }
  return outcomes.filter(({ status }) => status === "fulfilled").length;
}

describe("the last administrator of a tenant", () => {
  test.each([
    ["cannot be demoted", (adminId: string) => act(owner, changeRole, { adminId, role: "Viewer" as const })],
    ["cannot be disabled", (adminId: string) => act(owner, disablePerson, { adminId })],
    ["cannot be removed", (adminId: string) => act(owner, removePerson, { adminId })],
  ])("%s, nor when all others are operators or disabled", async (_what, deed) => {
    await colleagueOf(owner, "Operator");
    const disabled = await colleagueOf(owner);
    await act(owner, disablePerson, { adminId: disabled.id });
    const before = await dumpDatabase();
    await expect(deed(owner.id)).rejects.toMatchObject({ code: "conflict" });
    expect(await dumpDatabase()).toEqual(before);
  });

  test("is left when two remove, demote or disable each other at once", async () => {
    for (const deed of [removePerson, disablePerson, changeRole]) {
      for (let round = 0; round < 3; round += 1) {
        const one = await newTenantAdmin();
        const second = await colleagueOf(one);
        const role = "Viewer" as const;
        const doings = [
          act(one, deed, { adminId: second.id, role }),
          act(second, deed, { adminId: one.id, role }),
        ];
        expect(await successes(doings, /^(?:conflict|forbidden|not_found)$/)).toBe(1);
        const standing = { tenantId: one.tenantId, role: "Administrator" as const, disabledAt: null };
        expect(await prisma().membership.count({ where: standing })).toBe(1);
      }
    }
  });

  test("is left when ten administrators all leave at once", async () => {
    const ten = [owner, ...(await Promise.all(Array.from({ length: 9 }, () => colleagueOf(owner))))];
    const leaving = ten.map((admin) => act(admin, removePerson, { adminId: admin.id }));
    expect(await successes(leaving, /^conflict$/)).toBe(9);
    expect(Object.values(await roles())).toEqual(["Administrator"]);
  });
});

describe("who was removed, disabled or demoted", () => {
  test("is out at once, in every sign-in", async () => {
    for (const deed of [removePerson, disablePerson]) {
      const colleague = await colleagueOf(owner, "Viewer");
      const { signInId } = await signedIn(colleague);
      expect(await findSignedInAdmin(prisma(), signInId, new Date())).not.toBeNull();
      await act(owner, deed, { adminId: colleague.id });
      expect(await findSignedInAdmin(prisma(), signInId, new Date())).toBeNull();
    }
  });

  test("does not come back into an old sign-in when they are enabled again", async () => {
    const colleague = await colleagueOf(owner, "Viewer");
    const { signInId } = await signedIn(colleague);
    await act(owner, disablePerson, { adminId: colleague.id });
    await act(owner, enablePerson, { adminId: colleague.id });
    expect(await findSignedInAdmin(prisma(), signInId, new Date())).toBeNull();
    const { signInId: next } = await signedIn(colleague);
    expect(await findSignedInAdmin(prisma(), next, new Date())).toMatchObject({
      tenants: [{ role: "Viewer" }],
    });
  });

  test("decides about people no more, though they asked before", async () => {
    for (const deed of [removePerson, disablePerson]) {
      const colleague = await colleagueOf(owner);
      await act(owner, deed, { adminId: colleague.id });
      await expect(act(colleague, removePerson, { adminId: owner.id })).rejects.toMatchObject({
        code: "forbidden",
      });
    }
  });

  test("cannot come back by an invite or a reset link of their own making", async () => {
    for (const deed of [removePerson, disablePerson, changeRole]) {
      const colleague = await colleagueOf(owner);
      const accomplice = await colleagueOf(owner, "Viewer");
      const made = await act(colleague, invitePerson, { email: freshEmail(), role: "Administrator" });
      await act(colleague, makeResetLink, { adminId: accomplice.id });
      await act(owner, deed, { adminId: colleague.id, role: "Viewer" as const });
      await expect(acceptAsNew(tokenOf(made))).rejects.toMatchObject({ code: "gone" });
      expect(await prisma().passwordReset.count({ where: { adminId: accomplice.id } })).toBe(0);
    }
  });

  test("stays in other tenants; disabled in one, they are let in for the other", async () => {
    const colleague = await colleagueOf(owner, "Viewer");
    const elsewhere = await newTenantAdmin();
    const made = await act(elsewhere, invitePerson, { email: colleague.name, role: "Operator" });
    await actAs(await signedIn(colleague), acceptInvite, { token: tokenOf(made) });
    await act(owner, disablePerson, { adminId: colleague.id });
    const { signInId } = await signedIn(colleague);
    expect(await findSignedInAdmin(prisma(), signInId, new Date())).toMatchObject({
      tenants: [{ id: elsewhere.tenantId, role: "Operator" }],
    });
  });
});

test("a role counts from the next request on", async () => {
  const colleague = await colleagueOf(owner, "Viewer");
  const { signInId } = await signedIn(colleague);
  await act(owner, changeRole, { adminId: colleague.id, role: "Operator" });
  expect(await findSignedInAdmin(prisma(), signInId, new Date())).toMatchObject({
    tenants: [{ role: "Operator" }],
  });
});

describe("an invite", () => {
  test("makes its holder a member with a password of their own", async () => {
    const email = freshEmail();
    const made = await invite(email);
    expect(made).toMatchObject({ email, link: expect.stringMatching(/\/invite#[\w-]{43}$/) });
    expect(await offered(tokenOf(made))).toMatchObject({ email, role: "Operator", hasAccount: false });
    await acceptAsNew(tokenOf(made));
    const signIn = await checkPassword(anonymousCtx(prisma()), { email, password: PASSWORD });
    expect(await roles()).toMatchObject({ [signIn?.id ?? ""]: "Operator" });
  });

  test("is used once, also by ten at once", async () => {
    const token = tokenOf(await invite());
    const passwordHash = await hashPassword(PASSWORD);
    const doings = Array.from({ length: 10 }, () => actAsAnybody(acceptInviteAsNew, { token, passwordHash }));
    expect(await successes(doings, /^gone$/)).toBe(1);
    expect(await offered(token)).toBeNull();
    await expect(acceptAsNew(token)).rejects.toMatchObject({ code: "gone" });
  });

  test("lives an hour, to the second", async () => {
    const made = new Date("2026-05-04T12:00:00.000Z");
    const [first, second] = [await invite(freshEmail(), made), await invite(freshEmail(), made)];
    expect(first.expiresAt).toEqual(addSeconds(made, HOUR));
    expect(await offered(tokenOf(first), addSeconds(made, HOUR))).toBeNull();
    await expect(acceptAsNew(tokenOf(first), addSeconds(made, HOUR))).rejects.toMatchObject({ code: "gone" });
    await acceptAsNew(tokenOf(second), addSeconds(made, HOUR - 1));
  });

  test("is worth nothing once revoked, replaced or guessed", async () => {
    const email = freshEmail();
    const [first, second] = [await invite(email), await invite(email)];
    await expect(acceptAsNew(tokenOf(first))).rejects.toMatchObject({ code: "gone" });
    const [row] = await listInvites({ db: prisma(), actor: owner, now: new Date() });
    await act(owner, revokeInvite, { inviteId: row?.id ?? "" });
    await expect(acceptAsNew(tokenOf(second))).rejects.toMatchObject({ code: "gone" });
    await expect(acceptAsNew("A".repeat(43))).rejects.toMatchObject({ code: "gone" });
    await expect(act(owner, revokeInvite, { inviteId: row?.id ?? "" })).rejects.toMatchObject({
      code: "gone",
    });
  });

  test("is stored as a digest only", async () => {
    expect(JSON.stringify(await dumpDatabase())).not.toContain(tokenOf(await invite()));
  });

  test("answers alike whether the person has an account somewhere else or not", async () => {
    const known = await newTenantAdmin();
    const [a, b] = [await invite(known.name), await invite()];
    expect(Object.keys(a)).toEqual(Object.keys(b));
  });

  test("of somebody with an account makes no second one: they accept as who they are", async () => {
    const known = await newTenantAdmin();
    const token = tokenOf(await invite(known.name.toUpperCase()));
    expect(await offered(token)).toMatchObject({ hasAccount: true });
    await expect(acceptAsNew(token)).rejects.toMatchObject({ code: "conflict" });
    const stranger = await signedIn(await newTenantAdmin());
    await expect(actAs(stranger, acceptInvite, { token })).rejects.toMatchObject({ code: "forbidden" });
    await actAs(await signedIn(known), acceptInvite, { token });
    expect(await roles()).toMatchObject({ [known.id]: "Operator" });
    expect(await prisma().admin.count({ where: { emailKey: known.name } })).toBe(1);
  });

  test("of the same new person into two tenants at once makes one account", async () => {
    const email = freshEmail();
    const other = await newTenantAdmin();
    const tokens = [await invite(email), await act(other, invitePerson, { email, role: "Viewer" })].map(
      tokenOf,
    );
    expect(
      await successes(
        tokens.map((token) => acceptAsNew(token)),
        /^conflict$/,
      ),
    ).toBe(1);
    expect(await prisma().admin.count({ where: { emailKey: email } })).toBe(1);
  });

  test("is refused for a member, disabled ones included", async () => {
    const colleague = await colleagueOf(owner, "Viewer");
    await expect(invite(colleague.name)).rejects.toMatchObject({ code: "conflict", field: "email" });
    await act(owner, disablePerson, { adminId: colleague.id });
    await expect(invite(colleague.name)).rejects.toMatchObject({ code: "conflict", field: "email" });
  });
});

describe("who manages the installation", () => {
  const manager = async () => {
    const colleague = await colleagueOf(owner);
    await prisma().admin.update({ where: { id: colleague.id }, data: { managesInstallation: true } });
    return { ...colleague, managesInstallation: true };
  };
  const share = (actor: UserActor, adminId: string, manages: boolean) =>
    act(actor, shareInstallation, { adminId, manages });

  test("is neither shut out nor given a reset link by a mere administrator of the tenant", async () => {
    const { id: adminId } = await manager();
    for (const deed of [removePerson, disablePerson, makeResetLink]) {
      await expect(act(owner, deed, { adminId })).rejects.toMatchObject({ code: "forbidden" });
    }
    const other = await manager();
    await act(other, makeResetLink, { adminId });
    await act(other, disablePerson, { adminId });
  });

  test("lets others do so, and is never nobody, also when all take it from each other at once", async () => {
    await prisma().admin.updateMany({ data: { managesInstallation: false } });
    const first = await manager();
    await expect(share(first, first.id, false)).rejects.toMatchObject({ code: "conflict" });
    const others = await Promise.all(Array.from({ length: 4 }, () => colleagueOf(owner)));
    for (const { id } of others) await share(first, id, true);
    const all = [first, ...others].map((each) => ({ ...each, managesInstallation: true }));
    const taking = all.map((actor, index) => share(actor, all[(index + 1) % all.length]?.id ?? "", false));
    await successes(taking, /^(?:conflict|forbidden)$/);
    expect(await prisma().admin.count({ where: { managesInstallation: true } })).toBeGreaterThan(0);
  });

  test("shares it with members of their own tenant only, and only while they manage it themselves", async () => {
    const [first, second] = [await manager(), await manager()];
    const stranger = await newTenantAdmin();
    await expect(share(first, stranger.id, true)).rejects.toMatchObject({ code: "not_found" });
    await share(first, second.id, false);
    await expect(share(second, owner.id, true)).rejects.toMatchObject({ code: "forbidden" });
  });
});

test("the list says who is here, in what state, and when they last came", async () => {
  const colleague = await colleagueOf(owner, "Viewer");
  const startedAt = new Date();
  await signedIn(colleague, startedAt);
  await act(owner, disablePerson, { adminId: colleague.id });
  const rows = await listPeople({ db: prisma(), actor: owner, now: new Date() });
  expect(rows).toMatchObject([
    { id: owner.id, isYou: true, isDisabled: false, lastSignedInAt: null },
    { id: colleague.id, isYou: false, isDisabled: true, lastSignedInAt: startedAt, role: "Viewer" },
  ]);
});

test("only administrators read the lists of people and invites", async () => {
  for (const role of ["Operator", "Viewer"] as const) {
    const ctx = { db: prisma(), actor: await colleagueOf(owner, role), now: new Date() };
    await expect(listPeople(ctx)).rejects.toMatchObject({ code: "forbidden" });
    await expect(listInvites(ctx)).rejects.toMatchObject({ code: "forbidden" });
  }
});
