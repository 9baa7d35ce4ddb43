import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { database, isDatabaseAway, robotsDatabase } from "@/lib/db";
import { askToken, basic, buyToken, connect, postForm, send } from "@/test/robot";
import { call, databaseUrl, newTenantAdmin, type Provisioned, prisma, provisioned, way } from "@/test/world";

let machine: Provisioned;
let token: string;
let sessionId: string;

beforeAll(async () => {
  machine = await provisioned(await newTenantAdmin());
  token = await buyToken(machine);
  sessionId = (await connect(token, "host")).id;
});

const beat = () => send("POST", `sessions/${sessionId}/heartbeat`, token, {});
const reconnect = () => send("POST", "sessions", token, { hostName: "host" });
/** Long enough for whatever the limits add up to, on a slow machine. */
const PATIENCE = 120_000;

describe("where a database takes connections and says nothing", () => {
  afterEach(() => way.thaw());

  test(
    "robots are asked to come again, over connections old and new, and are served as soon as it speaks",
    async () => {
      await Promise.all([askToken(machine), reconnect(), beat()]);
      way.freeze();
      for (let time = 0; time < 2; time += 1) {
        const answers = await Promise.all([askToken(machine), reconnect(), beat()]);
        for (const { status, headers } of answers)
          expect([status, headers.get("retry-after")]).toEqual([503, "2"]);
      }
      way.thaw();
      expect([(await askToken(machine)).status, (await reconnect()).status, (await beat()).status]).toEqual([
        200, 201, 200,
      ]);
    },
    PATIENCE,
  );

  test(
    "a deed of a person under way ends, and holds its connection no longer",
    async () => {
      const deed = prisma().$transaction(async (db) => {
        await db.$queryRaw`SELECT 1`;
        way.freeze();
        await db.$queryRaw`SELECT 2`;
      });
      expect(await deed.catch(isDatabaseAway)).toBe(true);
      way.thaw();
      expect(await prisma().$queryRaw`SELECT 3 AS n`).toEqual([{ n: 3 }]);
      const { pool } = database();
      expect(pool.totalCount - pool.idleCount).toBe(0);
    },
    PATIENCE,
  );
});

/** What robots ask, and whoever checks their tokens. */
const ROBOTS_REQUESTS: readonly (readonly [string, number, () => Promise<Response>])[] = [
  ["a token", 200, () => askToken(machine)],
  ["who am I", 200, () => send("GET", "me", token)],
  ["connecting", 201, reconnect],
  ["a heartbeat", 200, beat],
  ["a poll", 204, () => send("POST", `sessions/${sessionId}/jobs/next`, token, { waitSeconds: 0 })],
  ["a stream", 200, () => send("GET", `sessions/${sessionId}/events`, token)],
  ["an asset", 404, () => send("GET", "assets/nothing", token)],
  ["a report", 404, () => send("PATCH", `jobs/${randomUUID()}`, token, { reportId: "1", progress: 1 })],
  ["the keys", 200, () => call("GET", "/api/identity/jwks")],
  ["introspection", 200, () => postForm({ token }, basic(machine), "/api/identity/connect/introspect")],
  ["revocation", 200, () => postForm({ token: "none" }, basic(machine), "/api/identity/connect/revocation")],
];

test(
  "robots are served while people's pages hold all the connections that they can have",
  async () => {
    const { pool } = database();
    const held = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
    try {
      const waiting = prisma().$queryRaw`SELECT 1`.then(() => "served", isDatabaseAway);
      for (const [name, status, ask] of ROBOTS_REQUESTS) {
        const answer = await ask();
        await answer.body?.cancel();
        expect([name, answer.status]).toEqual([name, status]);
      }
      // Whoever finds none in time is told so, as of any other outage.
      expect(await waiting).toBe(true);
    } finally {
      for (const client of held) client.release();
    }
    expect(robotsDatabase().pool.options.max + pool.options.max).toBe(16);
  },
  PATIENCE,
);

describe("a database that was switched to read only", () => {
  let operator: Client;
  beforeEach(async () => {
    operator = new Client({ connectionString: databaseUrl });
    await operator.connect();
  });
  const switchTo = (state: "on" | "off") => {
    const name = new URL(databaseUrl).pathname.slice(1);
    return operator.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${state}`);
  };
  afterEach(async () => {
    await switchTo("off");
    await operator.end();
  });

  test("is away for whoever must write, and its connections are made anew, so that it is back after the switch", async () => {
    await switchTo("on");
    await operator.query(
      `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
        WHERE application_name = 'latchkey' AND datname = current_database()`,
    );
    await expect.poll(async () => (await beat()).status).toBe(503);
    expect((await reconnect()).status).toBe(503);
    await switchTo("off");
    // Nobody ends the old connections; each that refuses a write is not used again.
    await expect.poll(async () => [(await beat()).status, (await reconnect()).status]).toEqual([200, 201]);
  });
});

test("what stands for the database being away is decided by its code", async () => {
  const failing = (code: string) =>
    prisma()
      .$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'said' USING ERRCODE = '${code}'; END $$`)
      .catch(isDatabaseAway);
  for (const code of ["53100", "25006", "57014", "08006", "57P01"])
    expect([code, await failing(code)]).toEqual([code, true]);
  for (const code of ["22012", "P0001", "XX000"]) expect([code, await failing(code)]).toEqual([code, false]);
  expect(
    isDatabaseAway(new Error("Connection terminated unexpectedly: timeout exceeded when trying to connect")),
  ).toBe(false);
});
