import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob, stopJob } from "@/lib/jobs/commands/stop-job";
import { addProcessSchema, type Json } from "@/lib/jobs/schema";
import { UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { addSeconds, HOUR_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import {
  act,
  ask,
  heardUntil,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  unique,
} from "@/test/people";
import { isAlive } from "@/test/robot/alive";
import { type Installation, startInstallation } from "./installation";
import { type PortalProxy, portalProxy } from "./portal-proxy";
import {
  newFolder,
  type RobotProcess,
  type RobotProcessOptions,
  removeRobots,
  SCRIPTS,
  type ScriptName,
  startRobotProcess,
} from "./robot-process";

let installation: Installation;
let proxy: PortalProxy;
let admin: UserActor;
let machine: Provisioned;
const processIds = new Map<string, string>();

beforeAll(async () => {
  proxy = await portalProxy();
  installation = await startInstallation({ settings: { ORIGIN: proxy.url } });
  proxy.passTo(installation.address);
  admin = await newTenantAdmin();
  for (const name of Object.keys(SCRIPTS)) {
    const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name }));
    processIds.set(name, processId);
  }
});
beforeEach(async () => {
  machine = await provisioned(admin);
});
afterEach(removeRobots);
afterAll(async () => {
  await proxy?.close();
  await installation?.stop();
});

const LONG = { interval: 50 };
const job = (jobId: string) => ask(admin, getJob, { jobId });
const state = async (jobId: string) => (await job(jobId))?.state;

async function connected(options: Partial<RobotProcessOptions> = {}): Promise<RobotProcess> {
  const { clientId, clientSecret } = machine;
  const hostName = unique("HOST");
  const robot = startRobotProcess({ url: installation.origin, clientId, clientSecret, hostName, ...options });
  await robot.hears(/ connected to /);
  return robot;
}

async function start(name: ScriptName, input: Json = {}): Promise<string> {
  const asked = { processId: processIds.get(name) ?? "", machineId: machine.machineId, hostName: "", input };
  return (await act(admin, startJob, asked)).jobId;
}

/** Starts a job that says its process id, and waits until it has. */
async function running(name: ScriptName): Promise<{ jobId: string; pid: number }> {
  const jobId = await start(name);
  await expect.poll(async () => (await job(jobId))?.progress, LONG).toBe(40);
  const pid = Number((await job(jobId))?.message);
  expect(isAlive(pid)).toBe(true);
  return { jobId, pid };
}

/** What two minutes of silence do to the host's row. */
async function letTimePass(): Promise<void> {
  const heartbeatAt = addSeconds(new Date(), -UNRESPONSIVE_AFTER_SECONDS);
  await prisma().session.updateMany({ where: { machineId: machine.machineId }, data: { heartbeatAt } });
  await heardUntil(new Date());
}

const events = async (jobId: string) => {
  const rows = await prisma().auditEvent.findMany({
    where: { tenantId: admin.tenantId },
    orderBy: { id: "asc" },
  });
  return rows
    .filter(({ details }) => (details as { jobId?: string }).jobId === jobId)
    .map(({ type }) => type)
    .sort();
};

test("a job whose hand-over was lost on its way is handed over again and runs once", async () => {
  await connected();
  const lost = proxy.loseAnswer(/^POST .*\/jobs\/next$/);
  const jobId = await start("echo", { sum: 5 });
  await lost;
  await expect.poll(() => state(jobId), LONG).toBe("Successful");
  expect(await job(jobId)).toMatchObject({ output: { sum: 5 } });
  expect(await events(jobId)).toEqual(["job.created", "job.ended", "job.started"]);
});

test("a job that was killed while its hand-over was lost never starts", async () => {
  const robot = await connected();
  // Stopped, so that it cannot ask again before the job is killed.
  const lost = proxy.loseAnswer(/^POST .*\/jobs\/next$/, () => void robot.child.kill("SIGSTOP"));
  const jobId = await start("wait");
  await lost;
  await act(admin, killJob, { jobId });
  robot.child.kill("SIGCONT");
  await expect.poll(() => state(jobId), LONG).toBe("Stopped");
  expect(await job(jobId)).toMatchObject({ message: "It never started on the host.", progress: null });
  const next = await start("echo");
  await expect.poll(() => state(next), LONG).toBe("Successful");
});

test("a robot killed with kill -9 that comes back says what it lost, and works on", async () => {
  const hostName = unique("HOST");
  const robot = await connected({ hostName });
  const { jobId, pid } = await running("stubborn");
  robot.child.kill("SIGKILL");
  expect(await robot.ended).toBeNull();
  await expect.poll(() => isAlive(pid), LONG).toBe(false);
  expect(await state(jobId)).toBe("Running");
  await connected({ hostName });
  expect(await job(jobId)).toMatchObject({
    state: "Faulted",
    endCode: "not_running",
  });
  expect(await events(jobId)).toEqual(["job.created", "job.ended", "job.started"]);
  const next = await start("echo");
  await expect.poll(() => state(next), LONG).toBe("Successful");
});

test("a robot that ignores Stop loses its job after two minutes of silence, and ends it when it wakes up", async () => {
  const robot = await connected();
  const { jobId, pid } = await running("wait");
  robot.child.kill("SIGSTOP");
  await act(admin, stopJob, { jobId });
  expect(await state(jobId)).toBe("Stopping");
  await letTimePass();
  await expect.poll(() => state(jobId), LONG).toBe("Faulted");
  expect(await job(jobId)).toMatchObject({ endCode: "host_silent" });
  expect(isAlive(pid)).toBe(true);
  robot.child.kill("SIGCONT");
  await expect.poll(() => isAlive(pid), LONG).toBe(false);
  const next = await start("echo");
  await expect.poll(() => state(next), LONG).toBe("Successful");
  expect(await state(jobId)).toBe("Faulted");
});

test("a robot that ignores Stop is cut all the same, and cannot say anything about its job afterwards", async () => {
  const robot = await connected();
  const { jobId, pid } = await running("stubborn");
  robot.child.kill("SIGSTOP");
  await act(admin, stopJob, { jobId });
  const { machineId, secretId } = machine;
  await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });
  const stopped = { state: "Stopped", endCode: "secret_deleted", endedBy: admin.name };
  expect(await job(jobId)).toMatchObject(stopped);
  robot.child.kill("SIGCONT");
  expect(await robot.ended).toBe(3);
  await expect.poll(() => isAlive(pid), LONG).toBe(false);
  expect(await job(jobId)).toMatchObject(stopped);
});

/** So fast goes the time by which the robot of the next test counts: a token's hour passes in seconds. */
const HASTE = 1000;

/** A module that puts a process's clock off, and lets the time that it counts by pass faster. */
function wrongClock(offSeconds: number): string {
  const file = join(newFolder(), "clock.mjs");
  writeFileSync(
    file,
    `const RealDate = Date;
     const off = ${offSeconds * SECOND_MILLISECONDS};
     globalThis.Date = class extends RealDate {
       constructor(...given) { given.length > 0 ? super(...given) : super(RealDate.now() + off); }
       static now() { return RealDate.now() + off; }
     };
     const counted = performance.now.bind(performance);
     performance.now = () => counted() * ${HASTE};`,
  );
  return file;
}

test.each([
  ["an hour behind", -HOUR_SECONDS],
  ["an hour ahead", HOUR_SECONDS],
])(
  "a host whose clock is %s buys a token when its time is up, not before, and works",
  async (_, offSeconds) => {
    const bought = () => proxy.asked.filter((what) => what.endsWith("/connect/token")).length;
    const before = bought();
    const startedAt = performance.now();
    const robot = await connected({ preload: wrongClock(offSeconds) });
    const firstLine = Date.parse(robot.said().split(" ", 1)[0] ?? "");
    expect(Math.round((firstLine - Date.now()) / SECOND_MILLISECONDS / HOUR_SECONDS)).toBe(
      offSeconds / HOUR_SECONDS,
    );
    for (let count = 0; count < 3; count += 1) {
      const jobId = await start("echo", { count });
      await expect.poll(() => state(jobId), LONG).toBe("Successful");
    }
    await expect
      .poll(async () => {
        // Something to ask the server for, with whatever token it holds.
        await start("echo");
        return bought() - before;
      }, LONG)
      .toBeGreaterThan(1);
    const hours = ((performance.now() - startedAt) * HASTE) / SECOND_MILLISECONDS / HOUR_SECONDS;
    expect(bought() - before).toBeLessThanOrEqual(Math.ceil(hours / 0.98) + 1);
  },
);
