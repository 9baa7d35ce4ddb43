import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { failureBuckets } from "@/lib/identity/failure-buckets";
import { addSeconds } from "@/lib/time";
import { newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/people";
import { type Installation, startInstallation } from "./installation";
import { type Latchkey, startLatchkey } from "./process";
import { removeRobots, startRobotProcess } from "./robot-process";

/** Two processes of one installation, and one that trusts no proxy and sets no limits. This test is their proxy. */
let installation: Installation;
let first: Latchkey;
let second: Latchkey;
let unlimited: Latchkey;
let admin: UserActor;
let machine: Provisioned;
let other: Provisioned;
let address: string;

const PER_CLIENT = 4;

beforeAll(async () => {
  installation = await startInstallation({
    settings: {
      TRUSTED_PROXIES: "10.0.0.0/8, loopback",
      TOKEN_FAILURES_PER_CLIENT: String(PER_CLIENT),
      TOKEN_FAILURES_PER_ADDRESS: "10",
    },
  });
  first = installation.latchkey;
  const start = async (settings: Record<string, string>) => {
    const latchkey = await startLatchkey({ env: { ...installation.env, ...settings } });
    await latchkey.ready();
    return latchkey;
  };
  second = await start({});
  unlimited = await start({
    TRUSTED_PROXIES: "",
    TOKEN_FAILURES_PER_CLIENT: "0",
    TOKEN_FAILURES_PER_ADDRESS: "0",
  });
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  machine = await provisioned(admin);
  other = await provisioned(admin);
  address = calmAddress(machine.clientId);
});
afterAll(async () => {
  removeRobots();
  await Promise.all([second?.remove(), unlimited?.remove()]);
  await installation?.stop();
});

let lastHost = 0;
/** An address no test has used, whose windows of time do not end while one runs. */
function calmAddress(clientId: string): string {
  for (;;) {
    lastHost += 1;
    const candidate = `203.0.${lastHost >> 8}.${lastHost & 255}`;
    const soon = addSeconds(new Date(), 240);
    if (failureBuckets(candidate, clientId, new Date()).every(({ windowEndsAt }) => windowEndsAt > soon)) {
      return candidate;
    }
  }
}

function buy(latchkey: Latchkey, clientId: string, clientSecret: string, forwardedFor?: string) {
  const pair = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  return fetch(`${latchkey.url}/api/identity/connect/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${pair}`,
      ...(forwardedFor !== undefined && { "x-forwarded-for": forwardedFor }),
    },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
}

const right = async (latchkey: Latchkey, from?: string) =>
  (await buy(latchkey, machine.clientId, machine.clientSecret, from)).status;
/** A secret that is right, but another client's: the database must be asked. */
const wrong = async (latchkey: Latchkey, from?: string) =>
  (await buy(latchkey, machine.clientId, other.clientSecret, from)).status;

describe("two processes behind one proxy", () => {
  test("count failures together, by the address that the proxy heard the request from", async () => {
    const answers: number[] = [];
    for (const latchkey of [first, second, first, second, first, second]) {
      answers.push(await wrong(latchkey, `1.1.1.1, ${address}, 10.0.0.2`));
    }
    expect(answers).toEqual([401, 401, 401, 401, 429, 429]);
    for (const latchkey of [first, second]) {
      expect(await right(latchkey, address)).toBe(200);
      expect(await wrong(latchkey, calmAddress(machine.clientId))).toBe(401);
      const line = `"event":"token.throttled","by":"client","address":"${address}"`;
      await latchkey.hears(new RegExp(line));
      expect(latchkey.said().split(line)).toHaveLength(2);
    }
  });

  test("asked by many at once look at no more failures than the limit each, and write no more", async () => {
    const asked = Array.from({ length: 40 }, (_, index) => wrong(index % 2 ? first : second, address));
    const answers = await Promise.all(asked);
    expect(answers.filter((status) => status === 401)).toHaveLength(PER_CLIENT);
    expect(answers.filter((status) => status === 429)).toHaveLength(40 - PER_CLIENT);
    const names = failureBuckets(address, machine.clientId, new Date()).map(({ name }) => name);
    const rows = await prisma().clientFailure.findMany({ where: { bucket: { in: names } } });
    for (const { failures } of rows) expect(failures).toBeLessThanOrEqual(PER_CLIENT * 2);
    expect(rows).toHaveLength(2);
  });

  test("Retry-After ends when the window does, in both", async () => {
    for (let time = 0; time < PER_CLIENT; time += 1) await wrong(first, address);
    const endsAt = failureBuckets(address, machine.clientId, new Date()).find(
      ({ kind }) => kind === "client",
    );
    for (const latchkey of [first, second]) {
      const secondsLeft = () => Math.ceil((Number(endsAt?.windowEndsAt) - Date.now()) / 1000);
      const before = secondsLeft();
      const refusal = await buy(latchkey, machine.clientId, other.clientSecret, address);
      expect(refusal.status).toBe(429);
      const retryAfter = Number(refusal.headers.get("retry-after"));
      expect(retryAfter).toBeLessThanOrEqual(before);
      expect(retryAfter).toBeGreaterThanOrEqual(secondsLeft());
    }
  });
});

test("without trusted proxies and limits nobody chooses an address and nobody is slowed", async () => {
  for (let time = 0; time < 30; time += 1) expect(await wrong(unlimited, "203.0.113.77")).toBe(401);
  expect(unlimited.said()).not.toContain("203.0.113.77");
});

test("failed sign-ins of people are counted by the address that the proxy names", async () => {
  const signIn = async (from: string) => {
    const csrf = await fetch(`${first.url}/api/auth/csrf`);
    const { csrfToken } = (await csrf.json()) as { csrfToken: string };
    const cookie = csrf.headers.getSetCookie().map((each) => each.split(";", 1)[0]);
    const response = await fetch(`${first.url}/api/auth/callback/credentials`, {
      method: "POST",
      headers: { cookie: cookie.join("; "), "x-forwarded-for": from },
      body: new URLSearchParams({ email: "a@example.com", password: "wrong", csrfToken, json: "true" }),
    });
    expect(response.status).toBe(401);
  };
  await prisma().signInFailure.deleteMany();
  for (const claim of ["6.6.6.6, ", "7.7.7.7, ", ""]) await signIn(claim + address);
  await signIn(calmAddress(""));
  const counted = await prisma().signInFailure.findMany({
    where: { bucket: { startsWith: "address:" } },
    select: { failures: true },
    orderBy: { failures: "asc" },
  });
  expect(counted).toEqual([{ failures: 1 }, { failures: 3 }]);
});

test("a robot whose secret is stale ends as refused, also where others failed too often before it", async () => {
  for (let time = 0; time < PER_CLIENT; time += 1) await wrong(first);
  expect(await wrong(first)).toBe(429);
  const robot = startRobotProcess({
    url: installation.origin,
    clientId: machine.clientId,
    clientSecret: other.clientSecret,
    hostName: "HOST",
  });
  expect(await robot.ended).toBe(3);
});

test("a list of proxies that is none keeps the process from starting, and says what is wrong", async () => {
  const latchkey = await startLatchkey({ env: { ...installation.env, TRUSTED_PROXIES: "nginx" } });
  expect(await latchkey.ended).toBe(1);
  expect(latchkey.said()).toContain("TRUSTED_PROXIES must list addresses, ranges and the word loopback");
  expect(latchkey.said()).toContain('"nginx" is neither an address nor a range like 10.0.0.0/8');
  await latchkey.remove();
});
