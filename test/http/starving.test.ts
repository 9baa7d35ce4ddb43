import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { MACHINE_AT_ONCE } from "@/lib/http/robots/turns";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { buyToken, connect, send } from "@/test/robot";
import { act, databaseUrl, newTenantAdmin, prisma, provisioned, unique } from "@/test/world";

const LONG = { interval: 20 };

let admin: UserActor;
let token: string;
/** A host on other rows, there before anything is held: what is held is held for no longer than it must. */
let other: { readonly token: string; readonly sessionId: string };
/** A connection of somebody else, who holds rows for as long as a test likes. */
let holder: pg.Client;
let holderId: number;
/** And one that looks: within a transaction what PostgreSQL says of its connections stands still. */
let observer: pg.Client;

beforeEach(async () => {
  admin = await newTenantAdmin();
  token = await buyToken(await provisioned(admin, { unattendedRuntimes: 3 }));
  const otherToken = await buyToken(await provisioned(await newTenantAdmin()));
  other = { token: otherToken, sessionId: (await connect(otherToken, "OTHER")).id };
  holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  holderId = (await holder.query("SELECT pg_backend_pid() AS id")).rows[0].id;
  await holder.query("BEGIN");
  observer = new pg.Client({ connectionString: databaseUrl });
  await observer.connect();
});
afterEach(async () => {
  await holder.end();
  await observer.end();
});

/** How many connections wait for a row of the holder's, or behind one that does. "Last used" is written behind, on one connection. */
async function waitingForRows(): Promise<number> {
  const { rows } = await observer.query(
    `WITH asked AS (SELECT pid, pg_blocking_pids(pid) AS behind FROM pg_stat_activity WHERE query NOT LIKE '%UPDATE credentials%'),
          first AS (SELECT pid FROM asked WHERE $1 = ANY(behind))
     SELECT pid FROM first UNION SELECT pid FROM asked WHERE behind && ARRAY(SELECT pid FROM first)`,
    [holderId],
  );
  return rows.length;
}

/** Looks, while others work on other rows, that no more than this wait, and that they are let through. */
async function expectWaiting(most: number): Promise<void> {
  await expect.poll(waitingForRows, LONG).toBe(most);
  const { token, sessionId } = other;
  expect((await send("POST", `sessions/${sessionId}/heartbeat`, token, {})).status).toBe(200);
  expect((await send("POST", `sessions/${sessionId}/jobs/next`, token, { waitSeconds: 0 })).status).toBe(204);
  expect(await waitingForRows()).toBe(most);
}

const release = () => holder.query("COMMIT");
const many = (length: number, make: () => Promise<Response>) => Array.from({ length }, make);
/** Of those that did not wait longer than a statement may, which on a slow machine some do: they are asked to come again. */
const statuses = async (answers: readonly Promise<Response>[]) =>
  (await Promise.all(answers)).map(({ status }) => status).filter((status) => status !== 503);
const poll = (sessionId: string, waitSeconds: number) =>
  send("POST", `sessions/${sessionId}/jobs/next`, token, { waitSeconds });

async function newJob(): Promise<string> {
  const process = addProcessSchema.parse({ name: unique("process") });
  const { processId } = await act(admin, addProcess, process);
  return (await act(admin, startJob, { processId, hostName: "" })).jobId;
}

test("of four hundred polls of one session one goes on, and one connection is enough for them", async () => {
  const { id } = await connect(token, "HOST");
  await holder.query("SELECT FROM sessions WHERE id = $1 FOR UPDATE", [id]);
  let ended = 0;
  const polls = many(400, () => poll(id, 30).finally(() => (ended += 1)));
  await expectWaiting(1);
  await release();
  await expect.poll(() => ended, LONG).toBe(399);
  const jobId = await newJob();
  const [taken, ...more] = (await Promise.all(polls)).filter(
    ({ status }) => status !== 204 && status !== 503,
  );
  expect(await taken?.json()).toMatchObject({ id: jobId });
  expect(more).toEqual([]);
});

test("a poll of somebody else's session ends nobody's", async () => {
  const { id } = await connect(token, "HOST");
  let isEnded = false;
  const waiting = poll(id, 30).finally(() => {
    isEnded = true;
  });
  await expect.poll(() => prisma().session.count({ where: { id, polledBy: { not: null } } }), LONG).toBe(1);
  const other = await buyToken(await provisioned(admin));
  expect((await send("POST", `sessions/${id}/jobs/next`, other, { waitSeconds: 30 })).status).toBe(404);
  expect(isEnded).toBe(false);
  await newJob();
  expect((await waiting).status).toBe(200);
});

test("a poll at another process ends the one that waits here, at once", async () => {
  const { id } = await connect(token, "HOST");
  const waiting = poll(id, 30);
  await expect.poll(() => prisma().session.count({ where: { id, polledBy: { not: null } } }), LONG).toBe(1);
  const elsewhere = "0198c5b0-0000-7000-8000-000000000000";
  await holder.query("UPDATE sessions SET polled_by = $2 WHERE id = $1", [id, elsewhere]);
  const signal = { kind: "session", tenantId: admin.tenantId, sessionId: id };
  await holder.query("SELECT pg_notify('latchkey', $1)", [JSON.stringify(signal)]);
  await release();
  expect((await waiting).status).toBe(204);
  // The other way round: this process takes it, and says so to the others.
  await observer.query("LISTEN latchkey");
  const heard: unknown[] = [];
  observer.on("notification", ({ payload }) => heard.push(JSON.parse(payload ?? "")));
  expect((await poll(id, 0)).status).toBe(204);
  await expect.poll(() => heard, LONG).toContainEqual(expect.objectContaining(signal));
});

test("the hosts of one template take no more connections to claim than one machine may", async () => {
  const sessions = await Promise.all(Array.from({ length: 40 }, (_, at) => connect(token, `HOST-${at}`)));
  await holder.query("SELECT FROM sessions WHERE id = ANY($1) FOR UPDATE", [sessions.map(({ id }) => id)]);
  const polls = sessions.map(({ id }) => poll(id, 0));
  await expectWaiting(MACHINE_AT_ONCE);
  await release();
  expect(new Set(await statuses(polls))).toEqual(new Set([204]));
});

test.each<[string, (sessionId: string) => Promise<Response>]>([
  ["heartbeats", (id) => send("POST", `sessions/${id}/heartbeat`, token, {})],
  ["connections of one host", () => send("POST", "sessions", token, { hostName: "host" })],
])("sixty %s wait on one connection", async (_, ask) => {
  const { id } = await connect(token, "HOST");
  await holder.query("SELECT FROM sessions WHERE id = $1 FOR UPDATE", [id]);
  const asked = many(60, () => ask(id));
  await expectWaiting(1);
  await release();
  for (const status of await statuses(asked)) expect([200, 201]).toContain(status);
});

test("sixty reports of one job wait on one connection", async () => {
  const { id } = await connect(token, "HOST");
  const jobId = await newJob();
  expect((await poll(id, 0)).status).toBe(200);
  await holder.query("SELECT FROM jobs WHERE id = $1 FOR UPDATE", [jobId]);
  let count = 0;
  const asked = many(60, () => {
    count += 1;
    return send("PATCH", `jobs/${jobId}`, token, { reportId: `r${count}`, progress: count % 101 });
  });
  await expectWaiting(1);
  await release();
  expect(new Set(await statuses(asked))).toEqual(new Set([200]));
});
