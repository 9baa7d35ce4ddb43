import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AdminActor, AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { authenticateClient } from "@/lib/identity/client-authentication";
import { FAILURE_WINDOW_SECONDS, KEPT_BUCKETS } from "@/lib/identity/failure-buckets";
import { forgetFailures } from "@/lib/identity/failure-throttle";
import { OAuthError } from "@/lib/identity/oauth-error";
import { parseTokenRequest } from "@/lib/identity/token-request";
import { addSeconds } from "@/lib/time";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { deleteSecret } from "@/lib/workflows/delete-secret";
import { disableMachine } from "@/lib/workflows/disable-machine";
import { basic, type Client, forged, seen, TOKEN_ENDPOINT } from "@/test/robot";
import {
  act,
  call,
  inTransaction,
  logLines,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  sql,
  systemCtx,
  unique,
  way,
} from "@/test/world";

const [PER_CLIENT, PER_ADDRESS] = [5, 12];
vi.hoisted(() =>
  Object.assign(process.env, { TOKEN_FAILURES_PER_CLIENT: "5", TOKEN_FAILURES_PER_ADDRESS: "12" }),
);

let admin: AdminActor;
let machine: Provisioned;
beforeAll(async () => {
  // The clock stands still, so that no window ends in the middle of a test.
  vi.useFakeTimers({ toFake: ["Date"] });
  admin = await newTenantAdmin();
});

let address: string;
let hosts = 0;
beforeEach(async () => {
  machine = await provisioned(admin);
  hosts += 1;
  address = `198.51.100.${hosts}`;
  logLines.length = 0;
});

const GRANT = "grant_type=client_credentials";

const post = (body: string, headers: Record<string, string>, from = address) =>
  call("POST", TOKEN_ENDPOINT, {
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body,
    address: from,
  });
const ask = (client: Client, from?: string) => post(GRANT, basic(client), from);
const status = async (client: Client, from?: string) => (await ask(client, from)).status;
const wrong = ({ clientId, clientSecret }: Client): Client => ({
  clientId,
  clientSecret: forged({ clientId, clientSecret }),
});
const garbage = ({ clientId }: Client): Client => ({ clientId, clientSecret: "guess" });

async function statuses(times: number, asking: () => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let time = 0; time < times; time += 1) all.push(await asking());
  return all;
}

const refused = (times: number) => Array.from({ length: times }, () => 401);
const throttled = (times: number) => Array.from({ length: times }, () => 429);

/** What this process remembers is gone: it is as if another process of the installation went on. */
const otherProcess = () => Reflect.deleteProperty(globalThis, Symbol.for("latchkey.client-failures"));

const rows = () => prisma().clientFailure.findMany();
const written = async () => (await rows()).reduce((sum, { failures }) => sum + failures, 0);

async function writtenBy(doing: () => Promise<unknown>): Promise<number> {
  const before = await written();
  await doing();
  return (await written()) - before;
}

const throttleLines = () =>
  logLines
    .map((line) => JSON.parse(line) as { event?: string; by?: string; clientId?: string })
    .filter(({ event }) => event === "token.throttled");

describe("failures of one client id from one address", () => {
  test("are answered 429 over the limit, in the shape of RFC 6749 §5.2, with Retry-After (RFC 6585 §4)", async () => {
    expect(await statuses(PER_CLIENT, () => status(wrong(machine)))).toEqual(refused(PER_CLIENT));
    const response = await ask(wrong(machine));
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(response.headers.get("retry-after"))).toBeLessThanOrEqual(FAILURE_WINDOW_SECONDS);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(response.headers.get("www-authenticate")).toBeNull();
    expect(await response.json()).toEqual({
      error: "slow_down",
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
    });
  });

  test("never keep the right secret out, there or anywhere", async () => {
    await statuses(PER_ADDRESS + 5, () => status(wrong(machine)));
    expect(await status(wrong(machine))).toBe(429);
    expect(await statuses(20, () => status(machine))).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await status(machine, "203.0.113.200")).toBe(200);
    expect(await status(wrong(machine))).toBe(429);
  });

  test("do not slow the same client id elsewhere, nor another one there", async () => {
    await statuses(PER_CLIENT, () => status(wrong(machine)));
    expect(await status(wrong(machine))).toBe(429);
    expect(await status(wrong(machine), "203.0.113.201")).toBe(401);
    // What is refused over the limit does not count for the address: a fleet with one stale secret does not fill it.
    await statuses(PER_ADDRESS * 2, () => status(wrong(machine)));
    expect(await status(wrong(await provisioned(admin)))).toBe(401);
  });

  test("sent at once are counted before they are answered: no more than the limit are looked at or written", async () => {
    const answers: number[] = [];
    const failures = await writtenBy(async () => {
      answers.push(...(await Promise.all(Array.from({ length: 50 }, () => status(wrong(machine))))));
    });
    expect(answers.filter((answer) => answer === 401)).toHaveLength(PER_CLIENT);
    expect(answers.filter((answer) => answer === 429)).toHaveLength(50 - PER_CLIENT);
    // Each is a row of the client and one of the address.
    expect(failures).toBe(PER_CLIENT * 2);
  });
});

test("an address that tries many client ids is slowed too, but for right secrets", async () => {
  const asking = async () => status({ ...machine, clientId: crypto.randomUUID() });
  expect(await statuses(PER_ADDRESS, asking)).toEqual(refused(PER_ADDRESS));
  expect(await statuses(3, asking)).toEqual(throttled(3));
  expect(await status(wrong(machine))).toBe(429);
  expect(await status(machine)).toBe(200);
});

test("an IPv6 network is one address", async () => {
  const from = (host: number) => `2001:db8:5:5::${host.toString(16)}`;
  let host = 1;
  expect(await statuses(PER_CLIENT, () => status(wrong(machine), from(host++)))).toEqual(refused(PER_CLIENT));
  expect(await status(wrong(machine), from(host))).toBe(429);
  expect(await status(wrong(machine), "2001:db8:5:6::1")).toBe(401);
});

test("why a client is refused cannot be seen from how it is slowed", async () => {
  const disabled = await provisioned(admin);
  await act(admin, disableMachine, disabled);
  const deleted = await provisioned(admin);
  await act(admin, deleteMachines, { machineIds: [deleted.machineId] });
  const stale = await provisioned(admin);
  const { machineId, secretId } = stale;
  await act(admin, deleteSecret, { machineId, secretId, confirmedLast: true });
  const clients: Client[] = [
    { ...machine, clientId: crypto.randomUUID() },
    { ...machine, clientSecret: (await provisioned(admin)).clientSecret },
    wrong(machine),
    garbage(machine),
    stale,
    disabled,
    deleted,
  ];
  const courses = new Set<string>();
  for (const [index, client] of clients.entries()) {
    const course: object[] = [];
    for (let time = 0; time < PER_CLIENT + 3; time += 1) {
      const answer = await seen(await ask(client, `203.0.113.${index}`));
      course.push({ ...answer, headers: { ...answer.headers, "retry-after": undefined } });
    }
    courses.add(JSON.stringify(course));
  }
  expect([...courses]).toHaveLength(1);
  expect([...courses].join()).toMatch(/"status":401.*"status":429/);
});

describe("all processes count together", () => {
  test("what one counted the other knows at its next failure", async () => {
    await statuses(PER_CLIENT - 2, () => status(wrong(machine)));
    otherProcess();
    expect(await statuses(4, () => status(wrong(machine)))).toEqual([...refused(2), ...throttled(2)]);
    otherProcess();
    expect(await statuses(2, () => status(wrong(machine)))).toEqual(throttled(2));
    expect(await status(machine)).toBe(200);
  });

  test("a process that knows that the limit is reached writes nothing more", async () => {
    await statuses(PER_CLIENT, () => status(wrong(machine)));
    const asking = () => statuses(20, () => status(wrong(machine)));
    expect(await writtenBy(asking)).toBe(0);
    otherProcess();
    // One write to learn it.
    expect(await writtenBy(asking)).toBe(2);
  });

  test("the database holds nothing of what was sent, whatever its length", async () => {
    const clientId = "x".repeat(50_000);
    const clientSecret = forged(machine);
    const body = `${GRANT}&client_id=${clientId}&client_secret=${clientSecret}`;
    expect((await post(body, {})).status).toBe(401);
    for (const { bucket } of await rows()) expect(bucket).toMatch(/^(?:client|address):[\w-]{43}$/);
  });
});

describe("what is refused without the database", () => {
  test("is counted without it, to the same limits", async () => {
    await way.close();
    try {
      expect(await statuses(PER_CLIENT, () => status(garbage(machine)))).toEqual(refused(PER_CLIENT));
      expect(await statuses(3, () => status(garbage(machine)))).toEqual(throttled(3));
      const unreadable = () =>
        post(GRANT, { authorization: "Basic !" }, "203.0.113.210").then((r) => r.status);
      expect(await statuses(PER_ADDRESS + 1, unreadable)).toEqual([...refused(PER_ADDRESS), 429]);
    } finally {
      await way.open();
    }
    // The pool learns of its cut connections only when the sockets say so.
    await expect.poll(() => status(machine)).toBe(200);
  });

  test("writes nothing", async () => {
    expect(await writtenBy(() => statuses(PER_CLIENT * 2, () => status(garbage(machine))))).toBe(0);
  });

  test("counts together with the rest", async () => {
    await statuses(PER_CLIENT - 1, () => status(garbage(machine)));
    expect(await statuses(2, () => status(wrong(machine)))).toEqual([401, 429]);
  });
});

test("a request that is malformed is not a failed authentication", async () => {
  const asking = () => post("grant_type=", basic(machine)).then((response) => response.status);
  expect(await statuses(PER_ADDRESS + 3, asking)).toEqual(Array.from({ length: PER_ADDRESS + 3 }, () => 400));
  expect(await status(wrong(machine))).toBe(401);
});

describe("a failure that cannot be counted", () => {
  test("because the database is away is answered as it would have been", async () => {
    await way.close();
    try {
      expect(await status(wrong(machine))).toBe(503);
    } finally {
      await way.open();
    }
    await expect.poll(() => status(wrong(machine))).toBe(401);
  });

  test("because the write fails is answered 401, and counted in this process", async () => {
    await prisma().$executeRaw`ALTER TABLE client_failures RENAME TO elsewhere`;
    try {
      expect(await statuses(PER_CLIENT + 1, () => status(wrong(machine)))).toEqual([
        ...refused(PER_CLIENT),
        429,
      ]);
      expect(await status(machine)).toBe(200);
    } finally {
      await prisma().$executeRaw`ALTER TABLE elsewhere RENAME TO client_failures`;
    }
  });
});

describe("the log", () => {
  test("says once that a client fails too often, however often it does", async () => {
    await statuses(PER_CLIENT + 30, () => status(wrong(machine)));
    expect(throttleLines()).toMatchObject([{ by: "client", clientId: machine.clientId, address }]);
    expect(logLines.filter((line) => line.includes("token.refused"))).toHaveLength(PER_CLIENT);
  });

  test("does not hold what was sent as a client id and is none, for it may be the secret", async () => {
    const swapped = { clientId: machine.clientSecret, clientSecret: machine.clientId };
    await statuses(PER_CLIENT + 1, () => status(swapped));
    expect(throttleLines()).toMatchObject([{ by: "client" }]);
    expect(logLines.join("")).not.toContain(machine.clientSecret);
  });
});

describe("as time passes", () => {
  const now = new Date();
  const request = (client: Client) =>
    parseTokenRequest({
      authorization: basic(client).authorization ?? "",
      query: new URLSearchParams(),
      body: GRANT,
    });
  const outcome = async (client: Client, seconds = 0, from = address): Promise<OAuthError | null> => {
    const actor: AnonymousActor = { kind: "anonymous", address: from };
    const ctx: Ctx<AnonymousActor, Sql> = { db: sql(), actor, now: addSeconds(now, seconds) };
    try {
      await authenticateClient(ctx, request(client));
      return null;
    } catch (error) {
      if (error instanceof OAuthError) return error;
      throw error;
    }
  };

  test.each([
    ["wrong secrets", wrong],
    ["garbage", garbage],
  ])("Retry-After is true for %s: before it 429, after it not", async (_, spoiled) => {
    for (let time = 0; time < PER_CLIENT; time += 1) await outcome(spoiled(machine));
    const refusal = await outcome(spoiled(machine));
    const seconds = refusal?.retryAfterSeconds ?? 0;
    expect(refusal?.code).toBe("slow_down");
    if (seconds > 1) {
      expect((await outcome(spoiled(machine), seconds - 1))?.code).toBe("slow_down");
      expect((await outcome(spoiled(machine), seconds - 1))?.retryAfterSeconds).toBe(1);
    }
    expect((await outcome(spoiled(machine), seconds))?.code).toBe("invalid_client");
  });

  test("a process keeps a bounded number of buckets, however many are tried", async () => {
    otherProcess();
    for (let count = 0; count < KEPT_BUCKETS + 500; count += 1) {
      const from = `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
      await outcome({ clientId: unique("id"), clientSecret: "x" }, 0, from);
    }
    const kept: Map<string, unknown> = Reflect.get(globalThis, Symbol.for("latchkey.client-failures"));
    expect(kept.size).toBe(KEPT_BUCKETS);
  });

  test("an address over its limit does not push others out by trying more client ids", async () => {
    otherProcess();
    for (let count = 0; count < PER_ADDRESS * 3; count += 1) {
      await outcome({ clientId: unique("id"), clientSecret: "x" });
    }
    const kept: Map<string, unknown> = Reflect.get(globalThis, Symbol.for("latchkey.client-failures"));
    expect(kept.size).toBe(1 + PER_ADDRESS);
  });

  test("a block that had to be forgotten is learnt again from the database", async () => {
    for (let time = 0; time < PER_CLIENT; time += 1) await outcome(wrong(machine));
    for (let count = 0; count < KEPT_BUCKETS; count += 1) {
      await outcome({ clientId: unique("id"), clientSecret: "x" }, 0, `10.9.${count >> 8}.${count & 255}`);
    }
    expect((await outcome(wrong(machine)))?.code).toBe("slow_down");
  });

  test("windows that are over are swept away, and running ones stay", async () => {
    await prisma().clientFailure.deleteMany();
    await outcome(wrong(machine));
    const sweep = (seconds: number) =>
      inTransaction((db) => forgetFailures(systemCtx(db, addSeconds(now, seconds))));
    await sweep(0);
    expect(await rows()).toHaveLength(2);
    await Promise.all([sweep(FAILURE_WINDOW_SECONDS + 61), sweep(FAILURE_WINDOW_SECONDS + 61)]);
    expect(await rows()).toEqual([]);
  });
});
