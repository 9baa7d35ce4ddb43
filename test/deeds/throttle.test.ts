import { beforeEach, describe, expect, test } from "vitest";
import { knownBrowserCookie, knownBrowserOf } from "@/lib/http/portal/known-browser";
import { addSeconds } from "@/lib/time";
import { countAttempt, forgetAttempt } from "@/lib/users/throttle";
import { anonymousCtx, inTransaction, prisma, unique } from "@/test/world";

const NOON = new Date("2026-05-04T12:00:00.000Z");
const MINUTE = 60;

let email: string;
let address: string;
beforeEach(() => {
  email = `${unique("person")}@latchkey.test`;
  address = `2001:db8::${unique("host")}`;
});

type Attempt = { email?: string; address?: string; browser?: string | null; seconds?: number };

/** @returns the seconds that the attempt is told to wait; 0 when its password is looked at */
const attempt = (who: Attempt = {}) =>
  inTransaction((db) =>
    countAttempt(
      anonymousCtx(db, addSeconds(NOON, who.seconds ?? 0), who.address ?? address),
      who.email ?? email,
      who.browser ?? null,
    ),
  );
const succeed = (browser: string | null = null) =>
  inTransaction((db) => forgetAttempt(anonymousCtx(db, NOON, address), email, browser));

async function fail(times: number, who: Attempt = {}) {
  for (let time = 0; time < times; time += 1) expect(await attempt(who)).toBe(0);
}

test("failures from the many IPv6 networks of one owner are slowed together", async () => {
  const from = (at: number, site = "2001:db8:51") => `${site}:${at.toString(16)}::1`;
  const strange = (at: number, site?: string) =>
    attempt({ email: `${unique("guessed")}@latchkey.test`, address: from(at, site) });
  for (let at = 0; at < 120; at += 1) expect(await strange(at)).toBe(0);
  expect(await strange(120)).toBe(2);
  expect(await strange(0, "2001:db8:52")).toBe(0);
  expect(await attempt({ address: from(121), browser: unique("nonce") })).toBe(0);
});

describe("failures for an account from one address", () => {
  test("are slowed from the sixth attempt on, longer each time, and never beyond five minutes", async () => {
    await fail(5);
    const pauses = [];
    for (let seconds = 0; pauses.length < 10; ) {
      const pause = await attempt({ seconds });
      pauses.push(pause);
      seconds += pause;
      expect(await attempt({ seconds: seconds - 1 })).toBeGreaterThan(0);
      expect(await attempt({ seconds })).toBe(0);
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  test("an attempt that is told to wait does not make the wait longer", async () => {
    await fail(5);
    for (let time = 0; time < 20; time += 1) expect(await attempt()).toBe(2);
    expect(await attempt({ seconds: 2 })).toBe(0);
  });

  test("count whatever the email's case and the space around it", async () => {
    await fail(3);
    await fail(2, { email: ` ${email.toUpperCase()} ` });
    expect(await attempt()).toBe(2);
  });

  test("are forgotten after fifteen quiet minutes", async () => {
    await fail(5);
    expect(await attempt({ seconds: 15 * MINUTE })).toBe(0);
    await fail(4, { seconds: 15 * MINUTE });
    expect(await attempt({ seconds: 15 * MINUTE })).toBe(2);
  });

  test("are forgotten by a success", async () => {
    await fail(4);
    await succeed();
    await fail(5);
    expect(await attempt()).toBe(2);
  });

  test("do not lock the account for somebody at another address", async () => {
    await fail(5);
    expect(await attempt()).toBe(2);
    expect(await attempt({ address: "198.51.100.1" })).toBe(0);
  });
});

test("one address that tries many accounts is slowed too", async () => {
  for (let count = 0; count < 30; count += 1) expect(await attempt({ email: unique("victim") })).toBe(0);
  expect(await attempt({ email: unique("victim") })).toBe(2);
  expect(await attempt({ email: unique("victim"), address: "198.51.100.2" })).toBe(0);
});

test("the addresses of one IPv6 network are one address, for whoever has one of them has them all", async () => {
  await fail(5, { address: "2001:db8:7:7::1" });
  expect(await attempt({ address: "2001:db8:7:7:ffff:ffff:ffff:ffff" })).toBe(2);
  expect(await attempt({ address: "2001:db8:7:8::1" })).toBe(0);
});

test("an address gets back the attempt that was a success, so that an office of people who can sign in is not slowed", async () => {
  for (let count = 0; count < 60; count += 1) {
    expect(await attempt()).toBe(0);
    await succeed();
  }
});

test("attempts sent at once cannot slip through together", async () => {
  const waits = await Promise.all(Array.from({ length: 20 }, () => attempt()));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
});

test("successes and failures of one account at once end without a deadlock", async () => {
  for (let round = 0; round < 20; round += 1) {
    const doings = Array.from({ length: 8 }, (_, index) => (index % 2 ? attempt() : succeed()));
    const failures = (await Promise.allSettled(doings)).filter(({ status }) => status === "rejected");
    expect(failures).toEqual([]);
  }
});

test("what is older than a day is swept away by the next success", async () => {
  const old = addSeconds(NOON, -25 * 60 * MINUTE);
  await prisma().signInFailure.create({ data: { bucket: "pair:old", failures: 3, lastFailedAt: old } });
  await succeed();
  expect(await prisma().signInFailure.findUnique({ where: { bucket: "pair:old" } })).toBeNull();
});

test("the counters hold neither emails nor addresses, which a stranger could have typed by mistake", async () => {
  await fail(1);
  const rows = JSON.stringify(await prisma().signInFailure.findMany());
  expect(rows).not.toContain(email);
  expect(rows).not.toContain(address);
});

describe("a browser in which the admin signed in before", () => {
  const cookieOf = (account: string) => knownBrowserCookie(account).split(";")[0] ?? "";

  test("is not slowed by a stranger's failures, from whatever address, the admin's own included", async () => {
    const browser = knownBrowserOf(`theme=dark; ${cookieOf(email)}`, email);
    expect(browser).not.toBeNull();
    await fail(5);
    expect(await attempt()).toBe(2);
    expect(await attempt({ browser })).toBe(0);
  });

  test("is counted by itself: ten free attempts, then pauses of up to a minute", async () => {
    const browser = knownBrowserOf(cookieOf(email), email);
    await fail(10, { browser });
    expect(await attempt({ browser })).toBe(2);
    await succeed(browser);
    expect(await attempt({ browser })).toBe(0);
  });

  test("is known for that account only, and only by a cookie this server made", () => {
    const cookie = cookieOf(email);
    expect(knownBrowserOf(cookie, "other@latchkey.test")).toBeNull();
    const another = cookie.replace(/=(.)/, (_, first) => (first === "_" ? "=-" : "=_"));
    expect(knownBrowserOf(another, email)).toBeNull();
    expect(knownBrowserOf(`${cookie}x`, email)).toBeNull();
    for (const forged of [
      null,
      "",
      "__Host-latchkey.known-browser",
      "__Host-latchkey.known-browser=",
      "__Host-latchkey.known-browser=a.b",
    ]) {
      expect(knownBrowserOf(forged, email)).toBeNull();
    }
  });

  test("carries a cookie that no script reads and no other site sends", () => {
    expect(knownBrowserCookie(email)).toMatch(
      /^__Host-.*; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
    );
  });
});
