import { beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob } from "@/lib/jobs/commands/stop-job";
import { addProcessSchema, type RobotJob } from "@/lib/jobs/schema";
import { buyToken, connect, send } from "@/test/robot";
import { act, newTenantAdmin, prisma, provisioned, unique } from "@/test/world";

let admin: UserActor;
let token: string;
let sessionId: string;
let processId: string;

beforeEach(async () => {
  admin = await newTenantAdmin();
  token = await buyToken(await provisioned(admin, { unattendedRuntimes: 2 }));
  sessionId = (await connect(token, "HOST-A")).id;
  processId = (await act(admin, addProcess, addProcessSchema.parse({ name: unique("process") }))).processId;
});

const start = async () => (await act(admin, startJob, { processId, hostName: "" })).jobId;

async function claim(claimId?: string, session = sessionId, waitSeconds = 0): Promise<RobotJob | null> {
  const body = { waitSeconds, claimId };
  const response = await send("POST", `sessions/${session}/jobs/next`, token, body);
  if (response.status === 204) return null;
  expect(response.status).toBe(200);
  return (await response.json()) as RobotJob;
}

test("a host that did not get the answer asks again under the same key and gets the same job, and no other", async () => {
  const [first, second] = [await start(), await start()];
  expect(await claim("key-1")).toMatchObject({ id: first, state: "Running" });
  expect(await claim("key-1")).toMatchObject({ id: first, state: "Running" });
  expect(await claim("key-2")).toMatchObject({ id: second });
  expect(await claim("key-1")).toMatchObject({ id: first });
  const where = { tenantId: admin.tenantId, type: "job.started" };
  expect(await prisma().auditEvent.count({ where })).toBe(2);
});

test("a key that brought no job is not used up", async () => {
  expect(await claim("key")).toBeNull();
  const jobId = await start();
  expect(await claim("key")).toMatchObject({ id: jobId });
});

test("a job that ended before its host heard of it is handed over as it is, so that nothing is started", async () => {
  const [first, second] = [await start(), await start()];
  await claim("key-1");
  await act(admin, killJob, { jobId: first });
  expect(await claim("key-1")).toMatchObject({ id: first, state: "Terminating" });
  await send("PATCH", `jobs/${first}`, token, { reportId: "1", state: "Stopped" });
  expect(await claim("key-1")).toMatchObject({ id: first, state: "Stopped" });
  expect(await claim("key-2")).toMatchObject({ id: second, state: "Running" });
});

test("of polls under one key that are asked at once the newest waits, and no second job is taken", async () => {
  const polls = Array.from({ length: 5 }, () => claim("key", sessionId, 30));
  const jobId = await start();
  const next = await start();
  const taken = (await Promise.all(polls)).filter((job) => job !== null);
  expect(new Set(taken.map(({ id }) => id))).toEqual(new Set([jobId]));
  expect(await claim("key")).toMatchObject({ id: jobId });
  expect(await claim("other")).toMatchObject({ id: next });
});

test("a key belongs to its host: another host under the same key gets a job of its own", async () => {
  const other = (await connect(token, "HOST-B")).id;
  const [first, second] = [await start(), await start()];
  expect(await claim("key")).toMatchObject({ id: first });
  expect(await claim("key", other)).toMatchObject({ id: second });
});

test("a host without keys claims anew each time, as before", async () => {
  const [first, second] = [await start(), await start()];
  expect([(await claim())?.id, (await claim())?.id]).toEqual([first, second]);
});

test.each(["", "with space", "x".repeat(65), "ключ"])("%j is no key", async (claimId) => {
  const body = { waitSeconds: 0, claimId };
  expect((await send("POST", `sessions/${sessionId}/jobs/next`, token, body)).status).toBe(400);
});
