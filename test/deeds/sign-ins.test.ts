import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { inSteps } from "@/lib/http/deeds";
import { addSeconds } from "@/lib/time";
import { invitePerson } from "@/lib/users/commands/invite";
import { noteSeen } from "@/lib/users/commands/note-seen";
import {
  changePassword,
  chooseInReset,
  makeResetLink,
  makeResetLinkAtServer,
  proveForChange,
  resetPassword,
} from "@/lib/users/commands/reset-password";
import { checkPassword, endOwnSignIn, signOut, startSignIn } from "@/lib/users/commands/sign-in";
import { hashPassword } from "@/lib/users/passwords";
import { readReset } from "@/lib/users/queries/people";
import { findSignedInAdmin, listOwnSignIns } from "@/lib/users/queries/sign-ins";
import { dumpDatabase } from "@/test/dump";
import {
  act,
  actAs,
  actAsAnybody,
  anonymousCtx,
  inTransaction,
  newAdmin,
  newTenantAdmin,
  prisma,
  signedIn,
  systemCtx,
  tokenOf,
} from "@/test/world";

const NOON = new Date("2026-05-04T12:00:00.000Z");
const HOUR = 60 * 60;
const OLD = "correct horse battery";
const NEW = "another horse battery";
const hash = hashPassword(OLD);
const change = inSteps(proveForChange, changePassword);
const BROWSER = { knownBrowser: null, userAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0" };

let admin: UserActor;
beforeEach(async () => {
  admin = await newTenantAdmin();
  await prisma().adminPassword.create({ data: { adminId: admin.id, hash: await hash, changedAt: NOON } });
});

const check = (password: string) => checkPassword(anonymousCtx(prisma()), { email: admin.name, password });
const stands = async ({ signInId }: { signInId: string }, now = new Date()) =>
  (await findSignedInAdmin(prisma(), signInId, now)) !== null;
const start = (checked: NonNullable<Awaited<ReturnType<typeof check>>>) =>
  inTransaction((db) => startSignIn(anonymousCtx(db), checked, BROWSER));

describe("a sign-in", () => {
  test("is asked of the database every time: over when ended, when the admin is disabled or gone", async () => {
    const one = await signedIn(admin);
    expect(await stands(one)).toBe(true);
    await prisma().admin.update({ where: { id: admin.id }, data: { disabledAt: new Date() } });
    expect(await stands(one)).toBe(false);
    await prisma().admin.update({ where: { id: admin.id }, data: { disabledAt: null } });
    await prisma().membership.deleteMany({ where: { adminId: admin.id } });
    expect(await findSignedInAdmin(prisma(), one.signInId, new Date())).toMatchObject({ tenants: [] });
    await prisma().admin.delete({ where: { id: admin.id } });
    expect(await stands(one)).toBe(false);
    expect(await stands({ signInId: "00000000-0000-7000-8000-000000000000" })).toBe(false);
  });

  test("lasts eight hours, to the second, however much it is used", async () => {
    const one = await signedIn(admin, NOON);
    await noteSeen({ db: prisma(), actor: one, now: addSeconds(NOON, 8 * HOUR - 1) }, NOON);
    expect(await stands(one, addSeconds(NOON, 8 * HOUR - 1))).toBe(true);
    expect(await stands(one, addSeconds(NOON, 8 * HOUR))).toBe(false);
  });

  test("is over for good when the person signs out", async () => {
    const [one, other] = [await signedIn(admin), await signedIn(admin)];
    await inTransaction((db) => signOut(anonymousCtx(db), one));
    expect([await stands(one), await stands(other)]).toEqual([false, true]);
  });

  test("is ended by its owner from another one, once, and by nobody else", async () => {
    const [one, other] = [await signedIn(admin), await signedIn(admin)];
    const stranger = await signedIn(await newTenantAdmin());
    await expect(actAs(stranger, endOwnSignIn, other)).rejects.toMatchObject({ code: "gone" });
    const ends = await Promise.allSettled(Array.from({ length: 10 }, () => actAs(one, endOwnSignIn, other)));
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect([await stands(one), await stands(other)]).toEqual([true, false]);
  });

  test("is listed with its device in plain words, where and when it was last seen; this one first", async () => {
    const checked = await check(OLD);
    const [first, second] = [checked && (await start(checked)), checked && (await start(checked))];
    await signedIn(await newTenantAdmin());
    const actor = { kind: "person", id: admin.id, name: admin.name, address: "192.0.2.9" } as const;
    const own = { db: prisma(), actor: { ...actor, signInId: first ?? "" }, now: new Date() };
    expect(await listOwnSignIns(own)).toMatchObject([
      { id: first, device: "Firefox on Windows", address: "192.0.2.7", isThisOne: true },
      { id: second, isThisOne: false },
    ]);
    const later = addSeconds(own.now, 61);
    await noteSeen({ ...own, now: later }, own.now);
    expect(await listOwnSignIns({ ...own, now: later })).toMatchObject([
      { id: first, address: "192.0.2.9", lastSeenAt: later },
      { id: second, address: "192.0.2.7" },
    ]);
  });

  test("is forgotten when the person comes back after ninety days", async () => {
    const [old, kept] = [
      await signedIn(admin, addSeconds(new Date(), -91 * 24 * HOUR)),
      await signedIn(admin),
    ];
    const checked = await check(OLD);
    const next = checked && (await start(checked));
    const left = await prisma().signIn.findMany({ where: { adminId: admin.id }, select: { id: true } });
    expect(left.map(({ id }) => id).sort()).toEqual([kept.signInId, next].sort());
    expect(left).not.toContainEqual({ id: old.signInId });
  });

  test("that ten clicks use at once is noted once a minute", async () => {
    const actor = await signedIn(admin, NOON);
    const at = (seconds: number) => {
      const now = addSeconds(NOON, seconds);
      return noteSeen({ db: prisma(), actor, now }, NOON);
    };
    await at(59);
    const row = () => prisma().signIn.findUniqueOrThrow({ where: { id: actor.signInId } });
    expect((await row()).lastSeenAt).toEqual(NOON);
    await Promise.all(Array.from({ length: 10 }, (_, index) => at(60 + index)));
    const { lastSeenAt } = await row();
    expect(lastSeenAt >= addSeconds(NOON, 60) && lastSeenAt <= addSeconds(NOON, 69)).toBe(true);
  });
});

describe("changing the password", () => {
  test("needs the old one, and ends every sign-in but this one", async () => {
    const [here, there] = [await signedIn(admin), await signedIn(admin)];
    const changing = (oldPassword: string, newPassword: string) =>
      actAs(here, change, { oldPassword, newPassword });
    await expect(changing("not the old one", NEW)).rejects.toMatchObject({
      code: "invalid",
      field: "oldPassword",
    });
    expect(await stands(there)).toBe(true);
    await changing(OLD, NEW);
    expect([await stands(here), await stands(there)]).toEqual([true, false]);
    expect([await check(OLD), await check(NEW)]).toEqual([null, expect.objectContaining({ id: admin.id })]);
  });

  test("twice at once with the same old one is done once", async () => {
    const here = await signedIn(admin);
    const changes = ["first horse battery", "second horse battery"].map((newPassword) =>
      actAs(here, change, { oldPassword: OLD, newPassword }),
    );
    const outcomes = await Promise.allSettled(changes);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("leaves no way in to somebody whose old password was found right a moment before", async () => {
    const checked = await check(OLD);
    await actAs(await signedIn(admin), change, { oldPassword: OLD, newPassword: NEW });
    expect(checked && (await start(checked))).toBeNull();
  });
});

describe("a reset link", () => {
  const make = (now?: Date) =>
    inTransaction((db) =>
      makeResetLinkAtServer(systemCtx(db, now), { email: ` ${admin.name.toUpperCase()}` }),
    );
  const reset = (token: string, now?: Date) =>
    actAsAnybody(inSteps(chooseInReset, resetPassword), { token, password: NEW }, now);

  test("sets a new password and ends every sign-in", async () => {
    const one = await signedIn(admin);
    const made = await make();
    expect(await readReset(anonymousCtx(prisma()), { token: tokenOf(made) })).toEqual({ email: admin.name });
    await reset(tokenOf(made));
    expect(await stands(one)).toBe(false);
    expect([await check(OLD), await check(NEW)]).toEqual([null, expect.objectContaining({ id: admin.id })]);
  });

  test("is used once, also by ten at once", async () => {
    const token = tokenOf(await make());
    const passwordHash = await hashPassword(NEW);
    const uses = await Promise.allSettled(
      Array.from({ length: 10 }, () => actAsAnybody(resetPassword, { token, passwordHash })),
    );
    expect(uses.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(reset(token)).rejects.toMatchObject({ code: "gone" });
  });

  test("lives an hour, to the second", async () => {
    const token = tokenOf(await make(NOON));
    await expect(reset(token, addSeconds(NOON, HOUR))).rejects.toMatchObject({ code: "gone" });
    await reset(token, addSeconds(NOON, HOUR - 1));
  });

  test("is worth nothing once replaced, or once the password was changed", async () => {
    const [first, second] = [await make(), await make()];
    await expect(reset(tokenOf(first))).rejects.toMatchObject({ code: "gone" });
    await actAs(await signedIn(admin), change, { oldPassword: OLD, newPassword: NEW });
    await expect(reset(tokenOf(second))).rejects.toMatchObject({ code: "gone" });
  });

  test("is stored as a digest only", async () => {
    expect(JSON.stringify(await dumpDatabase())).not.toContain(tokenOf(await make()));
  });

  test("of an administrator works for members of their tenants only", async () => {
    const colleague = await newAdmin({ id: admin.tenantId, slug: "" }, "Viewer");
    await act(admin, makeResetLink, { adminId: colleague.id });
    const stranger = await newTenantAdmin();
    await expect(act(admin, makeResetLink, { adminId: stranger.id })).rejects.toMatchObject({
      code: "not_found",
    });
    // Whoever could reset a password of somebody who is also elsewhere would be let in there, too.
    const role = "Viewer" as const;
    const createdAt = new Date();
    await prisma().membership.create({
      data: { adminId: colleague.id, tenantId: stranger.tenantId, role, createdAt },
    });
    await expect(act(admin, makeResetLink, { adminId: colleague.id })).rejects.toMatchObject({
      code: "forbidden",
    });
    await prisma().membership.create({
      data: { adminId: admin.id, tenantId: stranger.tenantId, role: "Administrator", createdAt },
    });
    await act(admin, makeResetLink, { adminId: colleague.id });
  });

  test("does not let in somebody who is disabled", async () => {
    const token = tokenOf(await make());
    await prisma().membership.updateMany({ where: { adminId: admin.id }, data: { disabledAt: new Date() } });
    await reset(token);
    expect(await check(NEW)).toBeNull();
  });

  test("for an unknown email is refused to whoever is at the server", async () => {
    const unknown = { email: "nobody@latchkey.test" };
    const making = inTransaction((db) => makeResetLinkAtServer(systemCtx(db), unknown));
    await expect(making).rejects.toMatchObject({ code: "not_found" });
  });

  test("and an invite say who made them in the record, not what they open", async () => {
    const made = await act(admin, invitePerson, { email: "new@latchkey.test", role: "Viewer" });
    const event = await prisma().auditEvent.findFirstOrThrow({
      where: { tenantId: admin.tenantId, type: "admin.invited" },
    });
    expect(event).toMatchObject({ actorName: admin.name, details: { email: "new@latchkey.test" } });
    expect(JSON.stringify(event)).not.toContain(tokenOf(made));
  });
});
