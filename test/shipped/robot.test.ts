import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob, stopJob } from "@/lib/jobs/commands/stop-job";
import { addProcessSchema, type JobView, type Json } from "@/lib/jobs/schema";
import { disconnectMyself } from "@/lib/workflows/connect-host";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { disconnectHost } from "@/lib/workflows/disconnect-host";
import {
  act,
  ask,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  robotOf,
  unique,
} from "@/test/people";
import { proxyTo } from "@/test/proxy";
import { isAlive } from "@/test/robot/alive";
import { type Installation, startInstallation } from "./installation";
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
let admin: UserActor;
let machine: Provisioned;
const processIds = new Map<string, string>();

beforeAll(async () => {
  installation = await startInstallation();
  admin = await newTenantAdmin();
  for (const name of [...Object.keys(SCRIPTS), "unknown here"]) {
    const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name }));
    processIds.set(name, processId);
  }
});
beforeEach(async () => {
  machine = await provisioned(admin, { unattendedRuntimes: 2 });
});
afterEach(removeRobots);
afterAll(() => installation?.stop());

async function connected(options: Partial<RobotProcessOptions> = {}): Promise<RobotProcess> {
  const { clientId, clientSecret } = machine;
  const hostName = unique("HOST");
  const robot = startRobotProcess({ url: installation.origin, clientId, clientSecret, hostName, ...options });
  await robot.hears(/ connected to /);
  return robot;
}

async function start(name: ScriptName | "unknown here", input: Json = {}): Promise<string> {
  const processId = processIds.get(name) ?? "";
  const asked = { processId, machineId: machine.machineId, hostName: "", input };
  return (await act(admin, startJob, asked)).jobId;
}

const LONG = { interval: 20 };
const job = (jobId: string) => ask(admin, getJob, { jobId });
const state = async (jobId: string) => (await job(jobId))?.state;

async function ended(jobId: string): Promise<JobView | null> {
  await expect.poll(() => state(jobId), LONG).toMatch(/^(?:Successful|Faulted|Stopped)$/);
  return job(jobId);
}

/** Starts a job that says its process id, and waits until it has. */
async function running(name: ScriptName, input: Json = {}): Promise<{ jobId: string; pid: number }> {
  const jobId = await start(name, input);
  await expect.poll(async () => (await job(jobId))?.progress, LONG).toBe(40);
  const pid = Number((await job(jobId))?.message);
  expect(isAlive(pid)).toBe(true);
  return { jobId, pid };
}

const openSessionId = async () => {
  const where = { machineId: machine.machineId, endedAt: null };
  return (await prisma().session.findFirstOrThrow({ where })).id;
};
const removeSecret = ({ machineId, secretId }: Provisioned) =>
  act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });

describe("a job", () => {
  test("is taken, run with its input, and handed in", async () => {
    await connected();
    const input = { customer: "$(id)", sum: [1, 2.5, null] };
    expect(await ended(await start("echo", input))).toMatchObject({ state: "Successful", output: input });
  });

  test("that fails is Faulted with the end of its standard error", async () => {
    await connected();
    const failed = await ended(await start("fail"));
    expect(failed).toMatchObject({ state: "Faulted" });
    expect(failed?.error).toBe("The process ended with code 7.\nno such customer");
  });

  test("of a process that the host's own list does not have is Faulted with that reason", async () => {
    await connected();
    expect(await ended(await start("unknown here"))).toMatchObject({
      state: "Faulted",
      error: expect.stringContaining("not in the robot's list of processes"),
    });
  });

  test("with more output than there is room for is Faulted and says so", async () => {
    await connected();
    expect(await ended(await start("precise"))).toMatchObject({
      state: "Faulted",
      output: null,
      error: expect.stringMatching(/output\.n .+write it as a string/),
    });
    expect(await ended(await start("deep"))).toMatchObject({
      state: "Faulted",
      error: expect.stringMatching(/output .+60 deep/),
    });
    expect(await ended(await start("talkative"))).toMatchObject({
      state: "Faulted",
      error: expect.stringMatching(/could not hand in the result: 4\d\d /),
    });
  });

  test("runs beside another, as many as the machine's runtimes allow", async () => {
    await connected();
    const [one, two] = [await running("wait"), await running("wait")];
    const third = await start("echo");
    expect(await state(third)).toBe("Pending");
    await act(admin, killJob, one);
    expect(await ended(third)).toMatchObject({ state: "Successful" });
    expect(await state(two.jobId)).toBe("Running");
  });
});

describe("stop and kill", () => {
  test("stop asks the process to end", async () => {
    await connected();
    const { jobId, pid } = await running("wait");
    await act(admin, stopJob, { jobId });
    expect(await ended(jobId)).toMatchObject({ state: "Stopped", progress: 40 });
    expect(isAlive(pid)).toBe(false);
  });

  test("a process that does not obey is killed after the grace period", async () => {
    const robot = await connected({ stopGraceSeconds: 1 });
    const { jobId, pid } = await running("stubborn");
    await act(admin, stopJob, { jobId });
    expect(await ended(jobId)).toMatchObject({ state: "Stopped" });
    expect(isAlive(pid)).toBe(false);
    await robot.hears(/did not end within 1 s and is killed/);
  });

  test("kill waits for nothing, also after a stop", async () => {
    await connected({ stopGraceSeconds: 3600 });
    const { jobId, pid } = await running("stubborn");
    await act(admin, stopJob, { jobId });
    await act(admin, killJob, { jobId });
    expect(await ended(jobId)).toMatchObject({ state: "Stopped" });
    expect(isAlive(pid)).toBe(false);
  });
});

describe("a cut", () => {
  test("deleting the secret ends the job's process without any grace, and the robot with code 3", async () => {
    const robot = await connected({ stopGraceSeconds: 3600 });
    const { jobId, pid } = await running("stubborn");
    await removeSecret(machine);
    await expect.poll(() => isAlive(pid), { interval: 5 }).toBe(false);
    expect(await robot.ended).toBe(3);
    // Told by the stream, or by the token's refusal when that is first: both mean the same.
    expect(robot.said()).toMatch(
      /exit 3: (?:cut off: .*client secret deleted by|the identity server does not)/,
    );
    expect(await job(jobId)).toMatchObject({
      state: "Stopped",
      endCode: "secret_deleted",
    });
  });

  test("disabling the machine does the same", async () => {
    const robot = await connected();
    const { pid } = await running("wait");
    await act(admin, disableMachine, machine);
    expect(await robot.ended).toBe(3);
    await expect.poll(() => isAlive(pid), LONG).toBe(false);
  });

  test("a robot that was disconnected by a person stays away, with code 5", async () => {
    const robot = await connected();
    const { jobId, pid } = await running("wait");
    await act(admin, disconnectHost, { sessionId: await openSessionId() });
    expect(await robot.ended).toBe(5);
    await expect.poll(() => isAlive(pid), LONG).toBe(false);
    expect(await state(jobId)).toBe("Stopped");
  });

  test("a robot that nobody told, because the network was away, ends the same way when it is back", async () => {
    const proxy = await proxyTo(installation.origin);
    const robot = await connected({ url: proxy.url, stopGraceSeconds: 3600 });
    const { pid } = await running("stubborn");
    await proxy.close();
    await robot.hears(/cannot be reached/);
    await removeSecret(machine);
    expect(isAlive(pid)).toBe(true);
    await proxy.open();
    expect(await robot.ended).toBe(3);
    await expect.poll(() => isAlive(pid), LONG).toBe(false);
    await proxy.close();
  });

  test("a secret that is not accepted at all is told from the first try on", async () => {
    await removeSecret(machine);
    const { clientId, clientSecret } = machine;
    const robot = startRobotProcess({ url: installation.origin, clientId, clientSecret, hostName: "HOST" });
    expect(await robot.ended).toBe(3);
    expect(robot.said()).toMatch(/exit 3: the identity server does not accept/);
  });
});

describe("a connection", () => {
  test("that is lost leaves jobs running; their end is reported when it is back", async () => {
    const proxy = await proxyTo(installation.origin);
    const robot = await connected({ url: proxy.url });
    const file = join(newFolder(), "go");
    const { jobId, pid } = await running("wait for file", { file });
    await proxy.close();
    await robot.hears(/cannot be reached/);
    expect(isAlive(pid)).toBe(true);
    writeFileSync(file, "");
    await expect.poll(() => isAlive(pid), LONG).toBe(false);
    expect(await state(jobId)).toBe("Running");
    await proxy.open();
    expect(await ended(jobId)).toMatchObject({ state: "Successful", output: "seen" });
    await robot.hears(/the server answers again/);
    expect(await ended(await start("echo"))).toMatchObject({ state: "Successful" });
    robot.child.kill("SIGTERM");
    expect(await robot.ended).toBe(0);
    await proxy.close();
  });

  test("whose session merely ended is made again, and the job that the server gave up is ended", async () => {
    const robot = await connected();
    const { jobId, pid } = await running("wait");
    const actor = robotOf(admin, machine);
    const sessionId = await openSessionId();
    await inTransaction((db) => disconnectMyself({ db, actor, now: new Date() }, { sessionId }));
    await expect.poll(() => isAlive(pid), LONG).toBe(false);
    expect(await job(jobId)).toMatchObject({ state: "Faulted" });
    expect(await ended(await start("echo"))).toMatchObject({ state: "Successful" });
    await robot.hears(/connecting again/);
  });

  test("of another host than the standard machine's is refused with code 4", async () => {
    const { clientId, clientSecret } = await provisioned(admin, { kind: "Standard", name: "RPA-01" });
    const robot = startRobotProcess({ url: installation.origin, clientId, clientSecret, hostName: "RPA-02" });
    expect(await robot.ended).toBe(4);
    expect(robot.said()).toContain("serves only the host of that name");
  });

  test("that another robot takes over under the same host name ends one of them with code 6", async () => {
    const [one, two] = [await connected({ hostName: "TWIN" }), await connected({ hostName: "TWIN" })];
    expect(await Promise.race([one.ended, two.ended])).toBe(6);
    expect(await ended(await start("echo"))).toMatchObject({ state: "Successful" });
  });
});

describe("the robot's own end", () => {
  test("by a signal ends its jobs first, reports them and disconnects, with code 0", async () => {
    const robot = await connected();
    const { jobId, pid } = await running("wait");
    robot.child.kill("SIGTERM");
    expect(await robot.ended).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(await job(jobId)).toMatchObject({ state: "Stopped" });
    expect(await prisma().session.count({ where: { machineId: machine.machineId, endedAt: null } })).toBe(0);
  });

  test("by a second signal waits for no grace period", async () => {
    const robot = await connected({ stopGraceSeconds: 3600 });
    const { jobId, pid } = await running("stubborn");
    robot.child.kill("SIGINT");
    await robot.hears(/jobs are asked to end/);
    // One that follows at once is npm's copy of Ctrl-C and not a person.
    const again = setInterval(() => robot.child.kill("SIGINT"), 300);
    expect(await robot.ended).toBe(0);
    clearInterval(again);
    expect(isAlive(pid)).toBe(false);
    expect(await state(jobId)).toBe("Stopped");
  });

  test("by kill -9 leaves no job's process behind", async () => {
    const robot = await connected();
    const { pid } = await running("stubborn");
    robot.child.kill("SIGKILL");
    expect(await robot.ended).toBeNull();
    await expect.poll(() => isAlive(pid), LONG).toBe(false);
  });
});

test("what a robot logs holds no secret, no token and no input", async () => {
  const robot = await connected();
  await ended(await start("echo", { password: "hunter2-in-the-input" }));
  await removeSecret(machine);
  expect(await robot.ended).toBe(3);
  expect(robot.said()).toContain("Successful");
  expect(robot.said()).not.toMatch(/lks_|eyJ|hunter2/);
});
