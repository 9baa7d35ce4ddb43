import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { forgetActivity } from "@/lib/activity/commands";
import { chartActivity, listCredentialUses, listTokenRequests } from "@/lib/activity/queries";
import { ROWS_A_MINUTE, totalOf } from "@/lib/activity/rules";
import { activityListSchema } from "@/lib/activity/schema";
import { seenThisMinute } from "@/lib/activity/token-request-rows";
import {
  flushTokenRequests,
  noteTokenRequest,
  WAITING_ROWS_MAX,
  waitingRows,
} from "@/lib/activity/token-requests";
import type { UserActor } from "@/lib/ctx";
import { readActivity } from "@/lib/fleet/queries/read-activity";
import { runStops } from "@/lib/stopping";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { askToken } from "@/test/robot";
import {
  ask,
  inTransaction,
  logLines,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  sql,
  systemCtx,
  way,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
const NOON = new Date(`${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`);
const KEPT = { order: "newest first", limit: 1000 } as const;

beforeAll(async () => {
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  await flushTokenRequests();
  machine = await provisioned(admin);
});

type Note = Parameters<typeof noteTokenRequest>[1];

const note = (details: Partial<Note> = {}) =>
  noteTokenRequest(sql(), {
    at: NOON,
    outcome: "Refused",
    clientId: machine.clientId,
    credential: machine.secretId,
    code: "invalid_client",
    reason: "secret_wrong",
    address: "10.0.0.1",
    userAgent: "robot",
    ...details,
  });
const granted = (details: Partial<Note> = {}) =>
  note({ outcome: "Granted", code: null, reason: null, ...details });
const rows = () =>
  ask(
    admin,
    (ctx) => listTokenRequests(ctx, { machine: machine.machineId }, KEPT),
    null,
    addSeconds(NOON, DAY_SECONDS),
  );
const chart = async (now: Date) =>
  totalOf(await ask(admin, chartActivity, { period: "24h", machineId: machine.machineId }, now));

describe("a flood of refusals", () => {
  const MANY = 500;
  const flood = () => {
    for (let second = 0; second < MANY; second += 1) {
      note({ at: addSeconds(NOON, second % 60), address: `10.0.0.${second % 7}` });
    }
  };

  test("becomes a few rows and one with a count, which says what they had in common and no more", async () => {
    flood();
    await flushTokenRequests();
    const kept = await rows();
    expect(kept).toHaveLength(ROWS_A_MINUTE.Refused + 1);
    const folded = kept.filter(({ isFolded }) => isFolded);
    expect(folded).toMatchObject([
      {
        at: NOON,
        lastAt: addSeconds(NOON, 59),
        count: MANY - ROWS_A_MINUTE.Refused,
        reason: "secret_wrong",
        credentialId: machine.secretId,
        address: null,
      },
    ]);
    expect(await chart(NOON)).toEqual({ granted: 0, refused: MANY });
  });

  test("stays one row a minute over many batches, also of two processes", async () => {
    for (let batch = 0; batch < 3; batch += 1) {
      flood();
      await flushTokenRequests();
      // Another process has counted nothing yet.
      seenThisMinute().seen.clear();
    }
    const folded = (await rows()).filter(({ isFolded }) => isFolded);
    expect(folded).toHaveLength(1);
    expect(folded[0]?.count).toBe(3 * (MANY - ROWS_A_MINUTE.Refused));
    expect(await chart(NOON)).toEqual({ granted: 0, refused: 3 * MANY });
  });

  test("hides no grant, and the next minute begins anew", async () => {
    flood();
    granted({ at: addSeconds(NOON, 59) });
    note({ at: addSeconds(NOON, 61), reason: "credential_expired" });
    await flushTokenRequests();
    const [latest, ...earlier] = await rows();
    expect(latest).toMatchObject({ reason: "credential_expired", count: 1, isFolded: false });
    expect(earlier.filter(({ outcome }) => outcome === "Granted")).toHaveLength(1);
  });

  test("of client ids that nobody has leaves nothing, and does not let another machine's pass unfolded", async () => {
    const before = await prisma().tokenRequest.count();
    for (let count = 0; count < 2_000; count += 1) note({ clientId: randomUUID() });
    flood();
    await flushTokenRequests();
    expect(await prisma().tokenRequest.count()).toBe(before + ROWS_A_MINUTE.Refused + 1);
  });
});

describe("a write that fails", () => {
  const away = () => prisma().$executeRaw`ALTER TABLE token_requests RENAME TO token_requests_away`;
  const back = () => prisma().$executeRaw`ALTER TABLE token_requests_away RENAME TO token_requests`;

  test("is nobody's business but the log's: tokens are sold, and the record comes later by itself", async () => {
    await away();
    try {
      expect((await askToken(machine)).status).toBe(200);
      await expect(flushTokenRequests()).rejects.toThrow();
      expect((await askToken(machine)).status).toBe(200);
    } finally {
      await back();
    }
    await expect.poll(() => prisma().tokenRequest.count({ where: { machineId: machine.machineId } })).toBe(2);
    const uses = () => ask(admin, listCredentialUses, [machine.secretId]);
    await expect.poll(uses).toMatchObject([{ count: 2 }]);
  });

  test("lets go what has no room, and says how much", async () => {
    for (let count = 0; count < WAITING_ROWS_MAX + 100; count += 1) note({ clientId: randomUUID() });
    expect(waitingRows()).toBe(WAITING_ROWS_MAX);
    await flushTokenRequests();
    expect(logLines.join("")).toContain('"requests":100');
    note();
    await flushTokenRequests();
    expect(await rows()).toHaveLength(1);
  });
});

describe("after the days for which it is kept", () => {
  const DAY_32 = addSeconds(NOON, 32 * DAY_SECONDS);

  test("it is deleted; how often a secret was used stays, its old addresses do not", async () => {
    granted({ address: "10.0.0.1" });
    granted({ address: "10.0.0.2" });
    granted({ at: addSeconds(DAY_32, -60), address: "10.0.0.3" });
    note();
    await flushTokenRequests();
    await inTransaction((db) => forgetActivity(systemCtx(db, DAY_32)));
    await inTransaction((db) => forgetActivity(systemCtx(db, DAY_32)));
    const { machineId, secretId } = machine;
    expect(await prisma().tokenRequest.count({ where: { machineId } })).toBe(1);
    expect(await prisma().tokenRequestHour.count({ where: { subjectId: machineId } })).toBe(1);
    const [use] = await ask(admin, listCredentialUses, [secretId], DAY_32);
    expect(use).toEqual({
      credentialId: secretId,
      firstAt: NOON,
      lastAt: addSeconds(DAY_32, -60),
      count: 3,
      addresses: ["10.0.0.3"],
      addressCount: 1,
    });
  });

  test("it is not shown any more, whether or not it is deleted yet", async () => {
    note();
    await flushTokenRequests();
    const page = (now: Date) => ask(admin, readActivity, { machine: machine.machineId }, now);
    expect((await page(addSeconds(NOON, 29 * DAY_SECONDS))).rows).toHaveLength(1);
    expect((await page(DAY_32)).rows).toHaveLength(0);
  });
});

test.each(["2026-02-30T00:00:00.000Z~1", "2026-99-99T99:99:99.999Z~1", "0000-01-01T00:00:00.000Z~1"])(
  "a page beyond %s, which is no time, is the first one",
  async (cursor) => {
    granted();
    await flushTokenRequests();
    const query = activityListSchema.parse({ machine: machine.machineId, older: cursor, newer: cursor });
    expect((await ask(admin, readActivity, query, addSeconds(NOON, 60))).rows).toHaveLength(1);
  },
);

test("pages begin where others end, also among requests of the same instant", async () => {
  for (let count = 0; count < 15; count += 1) note();
  for (let count = 0; count < 50; count += 1) granted();
  await flushTokenRequests();
  const page = (query: object) =>
    ask(admin, readActivity, { machine: machine.machineId, ...query }, addSeconds(NOON, 60));
  const ids: string[] = [];
  let current = await page({});
  expect(current.newer).toBeNull();
  for (;;) {
    ids.push(...current.rows.map(({ id }) => id));
    if (current.older === null) break;
    current = await page({ older: current.older });
  }
  expect(ids).toHaveLength(65);
  expect(new Set(ids).size).toBe(65);
  const before = await page({ newer: current.newer });
  expect(before.rows.map(({ id }) => id)).toEqual(ids.slice(25, 50));
  const refused = await page({ outcome: "Refused" });
  expect(refused.rows).toHaveLength(15);
  expect(refused.older).toBeNull();
  expect(refused.machines).toEqual([{ id: machine.machineId, name: machine.machineName, isDeleted: false }]);
});

test("stopping the process writes what still waits, before the database is let go", async () => {
  granted();
  note();
  expect(await runStops()).toEqual([]);
  const client = new Client({ connectionString: way.url });
  await client.connect();
  const { rows: kept } = await client.query(
    "SELECT outcome FROM token_requests WHERE machine_id = $1 ORDER BY id",
    [machine.machineId],
  );
  await client.end();
  expect(kept).toEqual([{ outcome: "Granted" }, { outcome: "Refused" }]);
});
