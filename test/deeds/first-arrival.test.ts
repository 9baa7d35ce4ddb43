import { beforeEach, describe, expect, test } from "vitest";
import type { PersonActor, UserActor } from "@/lib/ctx";
import { inSteps } from "@/lib/http/deeds";
import type { Role } from "@/lib/roles";
import { arrive } from "@/lib/users/commands/arrive";
import { acceptInvite, acceptInviteAsNew, chooseInInvite, invitePerson } from "@/lib/users/commands/invite";
import {
  chooseInReset,
  makeResetLink,
  makeResetLinkAtServer,
  resetPassword,
} from "@/lib/users/commands/reset-password";
import { beginSecondFactor, confirmSecondFactor } from "@/lib/users/commands/second-factor";
import { shareInstallation } from "@/lib/users/commands/share-installation";
import { checkPassword } from "@/lib/users/commands/sign-in";
import { boundTheAccount, findSignedInAdmin } from "@/lib/users/queries/sign-ins";
import { appOf } from "@/test/authenticator";
import {
  act,
  actAs,
  actAsAnybody,
  anonymousCtx,
  inTransaction,
  newAdmin,
  newInstallationAdmin,
  newTenant,
  newTenantAdmin,
  prisma,
  signedIn,
  systemCtx,
  type Tenant,
  tokenOf,
  unique,
} from "@/test/world";

const ISSUER = "https://login.test";
const PASSWORD = "correct horse battery";

/** Somebody who administers a tenant, and means to come into another one. */
let mallory: UserActor;
let house: Tenant;
let email: string;
beforeEach(async () => {
  [mallory, house] = [await newTenantAdmin(), await newTenant()];
  email = `${unique("ada")}@latchkey.test`;
});

type Coming = { email?: string; subject?: string; issuer?: string; role?: Role | null };

const come = (who: Coming = {}) =>
  inTransaction((db) =>
    arrive(
      anonymousCtx(db),
      {
        issuer: ISSUER,
        subject: `s-${email}`,
        email,
        role: "Administrator",
        tenantSlug: house.slug,
        provedAt: null,
        ...who,
      },
      "",
    ),
  );

function signInOf(arrived: Awaited<ReturnType<typeof come>>) {
  if (!("signInId" in arrived)) throw new Error("they were refused");
  return { signInId: arrived.signInId };
}

const accept = (token: string) =>
  actAsAnybody(inSteps(chooseInInvite, acceptInviteAsNew), { token, password: PASSWORD });
const resetWith = (token: string) =>
  actAsAnybody(inSteps(chooseInReset, resetPassword), { token, password: PASSWORD });

/** Mallory opens the invite to somebody else herself. */
async function openOwnInvite(to = email): Promise<UserActor> {
  const made = await act(mallory, invitePerson, { email: to, role: "Viewer" });
  await accept(tokenOf(made));
  const { id } = await prisma().admin.findUniqueOrThrow({ where: { emailKey: to } });
  return { ...mallory, id, name: to, role: "Viewer" };
}

const check = (password = PASSWORD) => checkPassword(anonymousCtx(prisma()), { email, password });
const stands = async ({ signInId }: { readonly signInId: string }) =>
  (await findSignedInAdmin(prisma(), signInId, new Date())) !== null;
const accountOf = (to = email) =>
  prisma().admin.findUniqueOrThrow({
    where: { emailKey: to },
    include: {
      password: true,
      secondFactor: true,
      recoveryCodes: true,
      identities: true,
      resets: true,
      madeResets: true,
      invites: true,
      memberships: { include: { tenant: true } },
    },
  });

describe("an account that somebody made with an invite to another's email", () => {
  test("does not open to them once the other comes from the provider", async () => {
    const account = await openOwnInvite();
    const kept = await signedIn(account);
    const { uri } = await actAs(kept, beginSecondFactor, undefined);
    await actAs(kept, confirmSecondFactor, { code: appOf(uri)(new Date()) });
    await prisma().membership.updateMany({ where: { adminId: account.id }, data: { role: "Administrator" } });
    const asAdministrator = { ...account, role: "Administrator" } as const;
    const colleague = await newAdmin({ id: mallory.tenantId, slug: "" }, "Viewer");
    await act(asAdministrator, makeResetLink, { adminId: colleague.id });
    await act(asAdministrator, invitePerson, { email: `${unique("other")}@latchkey.test`, role: "Viewer" });
    const reset = await act(mallory, makeResetLink, { adminId: account.id });

    const arrived = await come();
    expect(arrived).toMatchObject({ endedProofs: true });
    expect(await check()).toBeNull();
    expect(await stands(kept)).toBe(false);
    expect(await accountOf()).toMatchObject({
      password: null,
      secondFactor: null,
      recoveryCodes: [],
      resets: [],
      madeResets: [],
      invites: [],
      identities: [{ subject: `s-${email}` }],
    });
    const resetting = resetWith(tokenOf(reset));
    await expect(resetting).rejects.toMatchObject({ code: "gone" });
    expect(await stands(signInOf(arrived))).toBe(true);
  });

  test("keeps the tenants it belongs to, each of which learns that it changed hands", async () => {
    await openOwnInvite();
    const { id: adminId } = await accountOf();
    await come();
    const { memberships } = await accountOf();
    expect(memberships.map(({ tenant, role }) => [tenant.id, role])).toEqual(
      expect.arrayContaining([
        [mallory.tenantId, "Viewer"],
        [house.id, "Administrator"],
      ]),
    );
    const told = await prisma().auditEvent.findMany({ where: { type: "admin.bound_to_provider" } });
    const tenants = told.filter(({ details }) => (details as { adminId?: string }).adminId === adminId);
    expect(tenants.map(({ tenantId }) => tenantId).sort()).toEqual([mallory.tenantId, house.id].sort());
  });

  test("is told of in the sign-in that bound it, and in no later one", async () => {
    await openOwnInvite();
    const own = (arrived: Awaited<ReturnType<typeof come>>) => {
      const actor: PersonActor = { kind: "person", id: "", name: email, address: null, ...signInOf(arrived) };
      return boundTheAccount({ db: prisma(), actor, now: new Date() });
    };
    expect(await own(await come())).toBe(true);
    const again = await come();
    expect(again).toMatchObject({ endedProofs: false });
    expect(await own(again)).toBe(false);
    const [other, subject] = [`${unique("new")}@latchkey.test`, unique("new")];
    const fresh = await come({ email: other, subject });
    expect(fresh).toMatchObject({ endedProofs: false });
    expect(await own(fresh)).toBe(false);
  });

  test("is not given to whoever has an email that only looks like it", async () => {
    const [theirs, alike] = ["ada@strasse.test", "ada@straße.test"];
    await openOwnInvite(theirs);
    expect(await come({ email: alike })).toEqual({ refused: "no such account" });
    expect((await accountOf(theirs)).identities).toEqual([]);
    expect(await come({ email: "ADA@strasse.test" })).toMatchObject({ endedProofs: true });
  });
});

test("an invite is not taken by whoever has an email that only looks like the invited one", async () => {
  await act(mallory, invitePerson, { email: "\uff4bay@latchkey.test", role: "Administrator" });
  expect(await come({ email: "kay@latchkey.test", role: null })).toEqual({ refused: "no such account" });
});

test("an account that comes from another provider for the first time is no longer the first provider's", async () => {
  const first = await come();
  expect(await come({ issuer: "https://another.test", subject: "another" })).toMatchObject({
    endedProofs: true,
  });
  expect(await stands(signInOf(first))).toBe(false);
  expect((await accountOf()).identities).toMatchObject([{ issuer: "https://another.test" }]);
});

test("whoever uses the invite at the moment in which the person comes by the provider has no way in afterwards", async () => {
  for (let round = 0; round < 5; round += 1) {
    email = `${unique("raced")}@latchkey.test`;
    const made = await act(mallory, invitePerson, { email, role: "Viewer" });
    const taking = accept(tokenOf(made));
    const [arrived] = await Promise.all([come(), taking.catch(() => null)]);
    expect(arrived).toHaveProperty("signInId");
    expect(await check()).toBeNull();
  }
});

describe("a reset link that an administrator made", () => {
  let person: UserActor;
  let token: string;
  beforeEach(async () => {
    person = await newAdmin({ id: mallory.tenantId, slug: "" }, "Viewer");
    token = tokenOf(await act(mallory, makeResetLink, { adminId: person.id }));
  });

  test("is worth nothing once the person joined a tenant that the maker does not administer", async () => {
    const host = await newTenantAdmin();
    const made = await act(host, invitePerson, { email: person.name, role: "Administrator" });
    await actAs(await signedIn(person), acceptInvite, { token: tokenOf(made) });
    await expect(resetWith(token)).rejects.toMatchObject({ code: "gone" });
  });

  test("is worth nothing once the person manages the installation", async () => {
    const manager = await newInstallationAdmin();
    const { tenantId } = manager;
    const createdAt = new Date();
    await prisma().membership.createMany({
      data: [
        { adminId: person.id, tenantId, role: "Viewer", createdAt },
        { adminId: mallory.id, tenantId, role: "Administrator", createdAt },
      ],
    });
    await act(manager, shareInstallation, { adminId: person.id, manages: true });
    await expect(resetWith(token)).rejects.toMatchObject({ code: "gone" });
  });

  test("cannot be made for somebody whom a provider vouches for; somebody at the server can make one", async () => {
    await come({ email: person.name, role: null });
    await expect(act(mallory, makeResetLink, { adminId: person.id })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(resetWith(token)).rejects.toMatchObject({ code: "gone" });
    const made = await inTransaction((db) => makeResetLinkAtServer(systemCtx(db), { email: person.name }));
    await resetWith(tokenOf(made));
  });

  test("used at the moment in which the person joins another tenant leaves its holder no way into that one", async () => {
    for (let round = 0; round < 5; round += 1) {
      const joining = await newAdmin({ id: mallory.tenantId, slug: "" }, "Viewer");
      const link = tokenOf(await act(mallory, makeResetLink, { adminId: joining.id }));
      const host = await newTenantAdmin();
      const made = await act(host, invitePerson, { email: joining.name, role: "Administrator" });
      const own = await signedIn(joining);
      const [taken, joined] = await Promise.allSettled([
        resetWith(link),
        actAs(own, acceptInvite, { token: tokenOf(made) }),
      ]);
      expect([taken.status, joined.status].sort()).toEqual(["fulfilled", "rejected"]);
    }
  });
});
