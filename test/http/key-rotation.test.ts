import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startClock } from "@/lib/background/schedule";
import type { UserActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import { keepSigningKeys } from "@/lib/identity/commands/keep-keys";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { listSigningKeys } from "@/lib/identity/queries";
import { lastTokenDiesAt, PUBLISHED_BEFORE_SECONDS } from "@/lib/identity/rules";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { buyToken, send } from "@/test/robot";
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
  systemCtx,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let first: string;

beforeAll(async () => {
  admin = await newInstallationAdmin();
  machine = await provisioned(admin);
});
beforeEach(async () => {
  first = await oneKey();
  await forgetRecord();
});

const rotate = (now?: Date) => act(admin, (ctx) => rotateSigningKey(ctx), {}, now);
const tick = (now = new Date()) => inTransaction((db) => keepSigningKeys(systemCtx(db, now)));
const works = async (token: string) => (await send("GET", "me", token)).status === 200;
const statesNow = async () =>
  Object.fromEntries((await ask(admin, listSigningKeys, {})).map(({ kid, state }) => [kid, state]));

describe("rotation by hand", () => {
  test("publishes the next key before it signs, for longer than the JWK set is kept", async () => {
    const before = new Date();
    const { kid, activatesAt } = await rotate(before);
    expect(activatesAt).toEqual(addSeconds(before, PUBLISHED_BEFORE_SECONDS));
    await moved(kid, {});
    expect(await publishedKids()).toEqual([first, kid].sort());
    expect(kidOf(await buyToken(machine))).toBe(first);
    expect(await statesNow()).toEqual({ [kid]: "Next", [first]: "Active" });
  });

  test("has the next key sign when its time has come; tokens of the old one stay good until they die", async () => {
    const old = await buyToken(machine);
    const { kid } = await rotate();
    const activatesAt = new Date();
    await moved(kid, { activatesAt });
    const fresh = await buyToken(machine);
    expect(kidOf(fresh)).toBe(kid);
    expect(await publishedKids()).toEqual([first, kid].sort());
    for (const token of [old, fresh]) expect(await works(token)).toBe(true);

    await tick();
    expect(await prisma().signingKey.findUnique({ where: { kid: first } })).toMatchObject({
      retiredAt: activatesAt,
    });
    expect(await works(old)).toBe(true);
    const stopped = addSeconds(new Date(), -(lastTokenDiesAt(new Date(0)).getTime() / 1000));
    await moved(first, { retiredAt: addSeconds(stopped, 60) });
    expect(await works(old)).toBe(true);
    await moved(first, { retiredAt: stopped });
    expect(await publishedKids()).toEqual([kid]);
    expect((await send("GET", "me", old)).status).toBe(401);
    expect(await works(fresh)).toBe(true);
    expect(await statesNow()).toEqual({ [kid]: "Active" });
  });

  test("twice at once makes one key, and says why not to the other", async () => {
    const both = await Promise.allSettled([rotate(), rotate(), rotate()]);
    const refused = both.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(2);
    for (const one of refused) expect(one).toMatchObject({ reason: { name: "Refusal", code: "conflict" } });
    expect(await prisma().signingKey.count()).toBe(2);
  });

  test("leaves its events: who made the key, and when it became active and the other retired", async () => {
    const { kid } = await rotate();
    await moved(kid, { activatesAt: new Date() });
    await Promise.all([tick(), tick(), tick()]);
    await tick();
    expect(await keyEvents()).toEqual([
      { type: "created", kid, by: "admin" },
      { type: "activated", kid, by: "system" },
      { type: "retired", kid: first, by: "system" },
    ]);
  });
});

describe("rotation by schedule", () => {
  const days = env().signingKeyRotationDays;

  test("does nothing before its time", async () => {
    await moved(first, { activatesAt: addSeconds(new Date(), -(days - 1.01) * DAY_SECONDS) });
    await tick();
    expect(await publishedKids()).toEqual([first]);
  });

  test("of several processes at once publishes one key, a day before it signs", async () => {
    const activatesAt = addSeconds(new Date(), -(days - 0.5) * DAY_SECONDS);
    await moved(first, { activatesAt });
    await Promise.all([tick(), tick(), tick(), tick()]);
    const keys = await ask(admin, listSigningKeys, {});
    expect(keys.map(({ state }) => state)).toEqual(["Next", "Active"]);
    expect(keys[0]?.until).toEqual(addSeconds(activatesAt, days * DAY_SECONDS));
    await tick();
    expect(await prisma().signingKey.count()).toBe(2);
    expect((await keyEvents()).map(({ type, by }) => `${type} by ${by}`)).toEqual(["created by system"]);
  });
});

test("all processes hear of a change: the running process publishes the next key without being asked again", async () => {
  await startClock();
  expect(await publishedKids()).toEqual([first]);
  const { kid } = await rotate();
  await expect.poll(publishedKids).toEqual([first, kid].sort());
});
