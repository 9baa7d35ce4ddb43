import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { keepSigningKeys } from "@/lib/identity/commands/keep-keys";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { askWithdrawal, listSigningKeys } from "@/lib/identity/queries";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { flushIssues, noteIssue } from "@/lib/identity/token-issues";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import { basic, buyToken, postForm, send } from "@/test/robot";
import { keyEvents, kidOf, moved, oneKey, publishedKids } from "@/test/signing-keys";
import { forgetRecord } from "@/test/tamper";
import {
  act,
  ask,
  inTransaction,
  newInstallationAdmin,
  type Provisioned,
  prisma,
  provisioned,
  sql,
  systemCtx,
  way,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let first: string;

beforeAll(async () => {
  admin = await newInstallationAdmin();
  machine = await provisioned(admin);
});
beforeEach(async () => {
  await flushIssues();
  await prisma().tokenIssue.deleteMany({});
  first = await oneKey();
  await forgetRecord();
});

const withdraw = (kid: string, confirmedActive = true) =>
  act(admin, withdrawSigningKey, { kid, confirmedActive });
const statusOf = async (token: string) => (await send("GET", "me", token)).status;
const liveTokens = async (kid: string, now?: Date) =>
  (await ask(admin, listSigningKeys, {}, now)).find((key) => key.kid === kid)?.liveTokens;

describe("a withdrawn key", () => {
  test("is refused at the next request, also by a process that has not heard of it", async () => {
    const token = await buyToken(machine);
    expect(await statusOf(token)).toBe(200);
    // Nothing in this process listens to signals: it knows the key, and knows it as good.
    expect(await publishedKids()).toEqual([first]);
    await withdraw(first);
    expect(await publishedKids()).toEqual([first]);
    expect(await statusOf(token)).toBe(401);
    // Having refused, it has looked at the table again.
    expect(await publishedKids()).not.toContain(first);
  });

  test("makes its tokens inactive at the introspection endpoint at once (RFC 7662 §2.2)", async () => {
    const token = await buyToken(machine);
    const isActive = async () => {
      const response = await postForm({ token }, basic(machine), "/api/identity/connect/introspect");
      return ((await response.json()) as { active: boolean }).active;
    };
    expect(await isActive()).toBe(true);
    await withdraw(first);
    expect(await isActive()).toBe(false);
  });

  test("that signed is followed by a new one, which signs at once", async () => {
    const { newActiveKid } = await withdraw(first);
    forgetSigningKeys();
    const token = await buyToken(machine);
    expect(kidOf(token)).toBe(newActiveKid);
    expect(await statusOf(token)).toBe(200);
    expect(await publishedKids()).toEqual([newActiveKid]);
    expect(await keyEvents()).toEqual([
      { type: "withdrawn", kid: first, by: "admin" },
      { type: "created", kid: newActiveKid, by: "admin" },
      { type: "activated", kid: newActiveKid, by: "admin" },
    ]);
  });

  test("that signed is followed by the next one where there is one, because verifiers know that", async () => {
    const next = await act(admin, (ctx) => rotateSigningKey(ctx), {});
    const { newActiveKid } = await withdraw(first);
    expect(newActiveKid).toBe(next.kid);
    forgetSigningKeys();
    expect(kidOf(await buyToken(machine))).toBe(next.kid);
    expect(await publishedKids()).toEqual([next.kid]);
  });

  test("that had just been followed by another does not come back when that one is withdrawn", async () => {
    const next = await act(admin, (ctx) => rotateSigningKey(ctx), {});
    await moved(next.kid, { activatesAt: new Date() });
    const { newActiveKid } = await withdraw(next.kid);
    expect([first, next.kid]).not.toContain(newActiveKid);
  });

  test("that only waited leaves the present one signing, and the next rotation free", async () => {
    const { kid } = await act(admin, (ctx) => rotateSigningKey(ctx), {});
    expect(await withdraw(kid, false)).toEqual({ kid, liveTokens: 0, newActiveKid: null });
    forgetSigningKeys();
    expect(await publishedKids()).toEqual([first]);
    expect(kidOf(await buyToken(machine))).toBe(first);
    await act(admin, (ctx) => rotateSigningKey(ctx), {});
  });

  test("needs a second word when it signs, and is withdrawn once", async () => {
    await expect(withdraw(first, false)).rejects.toMatchObject({
      code: "conflict",
      field: "confirmedActive",
    });
    const all = await Promise.allSettled([withdraw(first), withdraw(first)]);
    const refused = all.filter(({ status }) => status === "rejected");
    expect(refused).toMatchObject([{ reason: { name: "Refusal", code: "gone" } }]);
    await expect(withdraw("nobody")).rejects.toMatchObject({ code: "not_found" });
    await expect(ask(admin, askWithdrawal, { kid: first })).rejects.toMatchObject({ code: "gone" });
    expect(await prisma().signingKey.count()).toBe(2);
  });
});

describe("how many live tokens a key stands for", () => {
  test("is right after the flush, and is what the question before a withdrawal says", async () => {
    for (let bought = 0; bought < 3; bought += 1) await buyToken(machine);
    await flushIssues();
    expect(await liveTokens(first)).toBe(3);
    const other = await act(admin, (ctx) => rotateSigningKey(ctx), {});
    await moved(other.kid, { activatesAt: new Date() });
    await buyToken(machine);
    await flushIssues();
    expect([await liveTokens(first), await liveTokens(other.kid)]).toEqual([3, 1]);
    expect(await ask(admin, askWithdrawal, { kid: first })).toEqual({
      kid: first,
      isActive: false,
      liveTokens: 3,
    });
    expect(await withdraw(first)).toMatchObject({ liveTokens: 3 });
    expect(await liveTokens(first)).toBe(0);
    const { details } = await prisma().auditEvent.findFirstOrThrow({
      where: { type: "signing_key.withdrawn" },
    });
    expect(details).toEqual({ kid: first, liveTokens: 3 });
  });

  test("counts a token until the minute it expires in is over, and the clock forgets it then", async () => {
    const noon = new Date("2026-05-04T12:00:30.000Z");
    noteIssue(sql(), first, addSeconds(noon, HOUR_SECONDS));
    noteIssue(sql(), first, addSeconds(noon, 2 * HOUR_SECONDS));
    await flushIssues();
    expect(await liveTokens(first, noon)).toBe(2);
    expect(await liveTokens(first, addSeconds(noon, HOUR_SECONDS + 29))).toBe(2);
    const over = addSeconds(noon, HOUR_SECONDS + 30);
    expect(await liveTokens(first, over)).toBe(1);
    await inTransaction((db) => keepSigningKeys(systemCtx(db, over)));
    expect(await prisma().tokenIssue.findMany({ select: { count: true } })).toEqual([{ count: 1 }]);
  });

  test("of several processes add up, in whatever order they write", async () => {
    const at = addSeconds(new Date(), HOUR_SECONDS);
    const flushed = async () => {
      for (let minute = 0; minute < 20; minute += 1) noteIssue(sql(), first, addSeconds(at, minute * 60));
      await flushIssues();
    };
    await Promise.all(Array.from({ length: 8 }, flushed));
    expect(await liveTokens(first)).toBe(160);
  });

  test("is kept while the database is away, and written with the next flush", async () => {
    noteIssue(sql(), first, addSeconds(new Date(), HOUR_SECONDS));
    await way.close();
    await expect(flushIssues()).rejects.toThrow();
    await way.open();
    noteIssue(sql(), first, addSeconds(new Date(), HOUR_SECONDS));
    await flushIssues();
    expect(await liveTokens(first)).toBe(2);
  });
});
