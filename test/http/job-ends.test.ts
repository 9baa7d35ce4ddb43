import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { loseJobsOfSilentHosts } from "@/lib/jobs/commands/cut-jobs";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob, stopJob } from "@/lib/jobs/commands/stop-job";
import { addProcessSchema, type RobotJob } from "@/lib/jobs/schema";
import { UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { addSeconds } from "@/lib/time";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { buyToken, connect, send } from "@/test/robot";
import {
  act,
  ask,
  CALLER_ADDRESS,
  heardUntil,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  systemCtx,
  unique,
} from "@/test/world";

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

describe("a job ends in other ways", () => {
  test("stopped before it started, it is never handed out", async () => {
    const { jobId } = await start();
    await act(admin, stopJob, { jobId });
    expect((await next()).status).toBe(204);
    expect(await jobOf(jobId)).toMatchObject({
      state: "Stopped",
      endCode: "stopped_before_start",
      endedBy: admin.name,
    });
  });

  test("asked to stop, then killed, then reported", async () => {
    const { jobId } = await start();
    await claimed();
    await act(admin, stopJob, { jobId });
    expect(await jobOf(jobId)).toMatchObject({ state: "Stopping" });
    await expect(act(admin, stopJob, { jobId })).rejects.toMatchObject({ code: "conflict" });
    await act(admin, killJob, { jobId });
    expect(await jobOf(jobId)).toMatchObject({ state: "Terminating" });
    await report(jobId, { reportId: "1", state: "Stopped" });
    expect(await jobOf(jobId)).toMatchObject({ state: "Stopped" });
  });

  test("cut with its secret, in the same breath", async () => {
    const { jobId } = await start();
    await claimed();
    const secret = { machineId: machine.machineId, credentialId: machine.secretId, confirmedLast: true };
    expect(await act(admin, deleteCredential, secret)).toEqual({
      disconnectedHosts: ["HOST-A"],
      stoppedJobs: 1,
    });
    expect(await jobOf(jobId)).toMatchObject({
      state: "Stopped",
      endCode: "secret_deleted",
      endedBy: admin.name,
    });
    expect((await report(jobId, { reportId: "1", state: "Successful" })).status).toBe(401);
  });

  test("lost with a host that fell silent, once, however many processes look", async () => {
    const { jobId } = await start();
    await claimed();
    const now = addSeconds(new Date(), UNRESPONSIVE_AFTER_SECONDS);
    await heardUntil(now);
    const look = () => inTransaction((db) => loseJobsOfSilentHosts(systemCtx(db, now)));
    const lost = await Promise.all([look(), look(), look()]);
    expect(lost.filter((count) => count > 0)).toHaveLength(1);
    const events = await prisma().auditEvent.findMany({
      where: { type: "job.ended", tenantId: admin.tenantId },
    });
    expect(events).toHaveLength(1);
    expect(await jobOf(jobId)).toMatchObject({
      state: "Faulted",
      endCode: "host_silent",
    });
  });

  test("lost when the robot starts again without it; one that it still runs goes on", async () => {
    const { jobId } = await start();
    await claimed();
    const again = (runningJobs: string[]) =>
      send("POST", "sessions", token, { hostName: "HOST-A", runningJobs });
    expect((await again([jobId])).status).toBe(201);
    expect(await jobOf(jobId)).toMatchObject({ state: "Running" });
    expect((await again([])).status).toBe(201);
    expect(await jobOf(jobId)).toMatchObject({
      state: "Faulted",
      endCode: "other_robot",
      endedBy: CALLER_ADDRESS,
    });
  });
});
