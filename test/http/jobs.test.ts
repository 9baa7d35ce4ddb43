import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { addProcess, editProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema, type RobotJob } from "@/lib/jobs/schema";
import { buyToken, connect, send } from "@/test/robot";
import { act, ask, newTenantAdmin, type Provisioned, provisioned, unique } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let token: string;
let sessionId: string;
let processId: string;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  token = await buyToken(machine);
  sessionId = (await connect(token, "HOST-A")).id;
  const process = addProcessSchema.parse({ name: unique("process"), defaultInput: '{"invoices": 3}' });
  processId = (await act(admin, addProcess, process)).processId;
});

const start = (more: object = {}) => act(admin, startJob, { processId, hostName: "", ...more });
const next = (session = sessionId, bearer = token) =>
  send("POST", `sessions/${session}/jobs/next`, bearer, { waitSeconds: 0 });
const report = (jobId: string, body: object, bearer = token) => send("PATCH", `jobs/${jobId}`, bearer, body);

async function claimed(session = sessionId, bearer = token): Promise<RobotJob> {
  const response = await next(session, bearer);
  expect(response.status).toBe(200);
  return (await response.json()) as RobotJob;
}

const jobOf = async (jobId: string) => ask(admin, getJob, { jobId });

describe("a robot takes work", () => {
  test("the oldest job that its host may run, with the process's default input", async () => {
    const { jobId } = await start();
    await start();
    expect(await claimed()).toMatchObject({ id: jobId, state: "Running", input: { invoices: 3 } });
    expect(await jobOf(jobId)).toMatchObject({
      state: "Running",
      hostName: "HOST-A",
      credentialId: machine.secretId,
      createdBy: admin.name,
    });
  });

  test("nothing, when there is nothing", async () => {
    expect((await next()).status).toBe(204);
  });

  test("one job goes to one of ten hosts that ask at once", async () => {
    const sessions = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => (await connect(token, `HOST-${index}`)).id),
    );
    await start();
    const statuses = await Promise.all(sessions.map(async (id) => (await next(id)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 204)).toHaveLength(9);
  });

  test("never more at once than the machine's runtimes, however often it asks", async () => {
    for (let count = 0; count < 4; count += 1) await start();
    const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await next()).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await next()).status).toBe(204);
  });

  test("only for its own machine and host name", async () => {
    const other = await provisioned(admin);
    await start({ machineId: other.machineId });
    await start({ hostName: "HOST-B" });
    expect((await next()).status).toBe(204);
    await start({ hostName: "host-a" });
    expect(await claimed()).toMatchObject({ state: "Running" });
  });

  test("not over a session that is another machine's, or over", async () => {
    const other = await provisioned(admin);
    const otherToken = await buyToken(other);
    expect((await next(sessionId, otherToken)).status).toBe(404);
    await send("DELETE", `sessions/${sessionId}`, token);
    expect((await next()).status).toBe(410);
  });
});

describe("a robot reports", () => {
  test("progress, then the end with its output", async () => {
    const { jobId } = await start();
    await claimed();
    expect((await report(jobId, { reportId: "1", progress: 40, message: "two of five" })).status).toBe(200);
    const end = { reportId: "2", state: "Successful", output: { paid: 5 } };
    expect(await (await report(jobId, end)).json()).toMatchObject({ state: "Successful", progress: 40 });
    expect(await jobOf(jobId)).toMatchObject({
      state: "Successful",
      output: { paid: 5 },
      message: "two of five",
    });
  });

  test("and input and output keep the order of their names", async () => {
    const text = '{"z":1,"a":{"y":[{"d":1,"c":2}],"b":null},"m":"x"}';
    const { jobId } = await start({ input: JSON.parse(text) });
    expect(JSON.stringify((await claimed()).input)).toBe(text);
    await report(jobId, { reportId: "1", state: "Successful", output: JSON.parse(text) });
    const job = await jobOf(jobId);
    expect([JSON.stringify(job?.input), JSON.stringify(job?.output)]).toEqual([text, text]);
    const edited = { processId, ...addProcessSchema.parse({ name: unique("process"), defaultInput: text }) };
    await act(admin, editProcess, edited);
    await start();
    expect(JSON.stringify((await claimed()).input)).toBe(text);
  });

  test("the same report twice, and it changes nothing the second time", async () => {
    const { jobId } = await start();
    await claimed();
    const end = { reportId: "end", state: "Faulted", error: "no paper" };
    expect((await report(jobId, end)).status).toBe(200);
    const before = await jobOf(jobId);
    expect((await report(jobId, end)).status).toBe(200);
    expect(await jobOf(jobId)).toEqual(before);
  });

  test("an end after the end is refused, with the state that holds", async () => {
    const { jobId } = await start();
    await claimed();
    await report(jobId, { reportId: "1", state: "Successful" });
    const late = await report(jobId, { reportId: "2", state: "Faulted" });
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ state: "Successful", traceId: expect.any(String) });
    expect(await jobOf(jobId)).toMatchObject({ state: "Successful" });
  });

  test("nothing about the job of another machine", async () => {
    const { jobId } = await start();
    await claimed();
    const stranger = await buyToken(await provisioned(admin));
    expect((await report(jobId, { reportId: "1", progress: 1 }, stranger)).status).toBe(404);
    expect((await send("GET", `jobs/${jobId}`, stranger)).status).toBe(404);
  });

  test.each([
    ["no idempotency key", { progress: 1 }],
    ["a state that no robot may say", { reportId: "1", state: "Running" }],
    ["progress past the end", { reportId: "1", progress: 101 }],
    ["a NUL in the output", { reportId: "1", output: "\0" }],
    ["a lone surrogate", { reportId: "1", output: { deep: ["\ud800"] } }],
    ["too much output", { reportId: "1", output: "x".repeat(64 * 1024) }],
  ])("%s is refused, and the job goes on", async (_, body) => {
    const { jobId } = await start();
    await claimed();
    const response = await report(jobId, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field: expect.any(String) }] });
    expect(await jobOf(jobId)).toMatchObject({ state: "Running" });
  });
});
