import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { stopJob } from "@/lib/jobs/commands/stop-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { notify } from "@/lib/notifications/commands/notify";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import { addWebhook } from "@/lib/webhooks/commands/manage-webhooks";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableCredential } from "@/lib/workflows/disable-credential";
import {
  act,
  ask,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  unique,
} from "@/test/people";
import { isAlive } from "@/test/robot/alive";
import { WebhookReceiver } from "@/test/webhook-receiver";
import { connectHost, type Host, type HostStream } from "./host";
import { type Installation, startInstallation } from "./installation";
import { startLatchkey } from "./process";
import {
  type RobotProcess,
  removeRobots,
  SCRIPTS,
  type ScriptName,
  startRobotProcess,
} from "./robot-process";

/** Two server processes share a database, and a third one (this) does what people do. */
let installation: Installation;
let urls: readonly string[];
let admin: UserActor;
/** Its first secret is deleted in these tests; the other one stays. */
let machine: Provisioned;
let otherSecret: IssuedSecret;
const processIds = new Map<string, string>();

beforeAll(async () => {
  installation = await startInstallation({
    processes: 2,
    settings: { WEBHOOK_ALLOWED_NETWORKS: "loopback" },
  });
  urls = [installation.latchkey, ...installation.others].map(({ url }) => url);
  admin = await newTenantAdmin();
  for (const name of Object.keys(SCRIPTS)) {
    const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name }));
    processIds.set(name, processId);
  }
});
beforeEach(async () => {
  machine = await provisioned(admin, { unattendedRuntimes: 2 });
  otherSecret = await act(admin, addSecret, machine);
});
afterEach(removeRobots);
afterAll(() => installation?.stop());

const LONG = { interval: 50 };
const job = (jobId: string) => ask(admin, getJob, { jobId });

/** Starts a job for one host of the machine. */
async function start(name: ScriptName, hostName: string): Promise<string> {
  const processId = processIds.get(name) ?? "";
  return (await act(admin, startJob, { processId, machineId: machine.machineId, hostName, input: {} })).jobId;
}

type Running = { readonly robot: RobotProcess; readonly jobId: string; readonly pid: number };

/** A robot at one of the server processes, with a job that runs. */
async function robotWithJob(url: string, { clientId, clientSecret }: IssuedSecret): Promise<Running> {
  const hostName = unique("ROBOT");
  const robot = startRobotProcess({ url, clientId, clientSecret, hostName });
  await robot.hears(/ connected to /);
  const jobId = await start("wait", hostName);
  await expect.poll(async () => (await job(jobId))?.progress, LONG).toBe(40);
  const pid = Number((await job(jobId))?.message);
  expect(isAlive(pid)).toBe(true);
  return { robot, jobId, pid };
}

const each = <T>(doing: (url: string) => Promise<T>) => Promise.all(urls.map(doing));
const hostAt = (url: string, { clientId, clientSecret }: IssuedSecret): Promise<Host> =>
  connectHost({ url, clientId, clientSecret, hostName: unique("HOST") });
const cutInput = () => ({
  machineId: machine.machineId,
  credentialId: machine.secretId,
  confirmedLast: false,
});
const reason = () => `client secret deleted by ${admin.name}`;

/** A cut host hears why, its stream ends, and its poll is refused: with 401 if it had to show its token again, else 410. */
async function expectCut(host: Host, stream: HostStream, poll: Promise<Response>): Promise<void> {
  const event = await stream.next();
  expect(event).toMatchObject({
    type: "disconnected",
    data: JSON.stringify({ code: "secret_deleted", reason: reason() }),
  });
  expect(await stream.next()).toBeNull();
  expect([401, 410]).toContain((await poll).status);
  expect((await host.send("GET", "me")).status).toBe(401);
}

describe("deleting a secret, whichever process a host is connected to,", () => {
  test("ends its robots and their jobs' processes, and touches nothing of the machine's other secret", async () => {
    const cut = await each((url) => robotWithJob(url, machine));
    const others = await each((url) => robotWithJob(url, otherSecret));
    expect(await act(admin, deleteCredential, cutInput())).toMatchObject({ stoppedJobs: 2 });
    for (const { robot, jobId, pid } of cut) {
      expect(await robot.ended).toBe(3);
      await expect.poll(() => isAlive(pid), LONG).toBe(false);
      expect(await job(jobId)).toMatchObject({
        state: "Stopped",
        endCode: "secret_deleted",
        endedBy: admin.name,
      });
    }
    for (const { robot, jobId, pid } of others) {
      expect(isAlive(pid)).toBe(true);
      expect(await job(jobId)).toMatchObject({ state: "Running" });
      // It still hears what it is told.
      await act(admin, stopJob, { jobId });
      await expect.poll(async () => (await job(jobId))?.state, LONG).toBe("Stopped");
      expect(robot.child.exitCode).toBeNull();
    }
  });

  test("closes streams and long polls and refuses its tokens at the next request, and not those of the other", async () => {
    const hosts = await each((url) => hostAt(url, machine));
    const others = await each((url) => hostAt(url, otherSecret));
    const streams = await Promise.all(hosts.map((host) => host.listen()));
    const otherStreams = await Promise.all(others.map((host) => host.listen()));
    const polls = hosts.map((host) => host.poll(30));
    const otherPolls = others.map((host) => host.poll(1));
    await act(admin, deleteCredential, cutInput());
    const statuses = hosts.map(async (host) => (await host.send("GET", "me")).status);
    expect(await Promise.all(statuses)).toEqual([401, 401]);
    for (const [index, host] of hosts.entries()) {
      await expectCut(host, streams[index] as HostStream, polls[index] as Promise<Response>);
    }
    expect((await Promise.all(otherPolls)).map(({ status }) => status)).toEqual([204, 204]);
    for (const [index, host] of others.entries()) {
      expect((await host.send("GET", "me")).status).toBe(200);
      await host.send("DELETE", `sessions/${host.sessionId}`);
      expect(await otherStreams[index]?.next()).toMatchObject({
        data: '{"code":"closed","reason":"closed by the robot"}',
      });
    }
  });
});

test("disabling a secret cuts its hosts at either process, and neither takes it or its tokens any more", async () => {
  const hosts = await each((url) => hostAt(url, machine));
  const streams = await Promise.all(hosts.map((host) => host.listen()));
  const others = await each((url) => hostAt(url, otherSecret));
  const of = { tenantId: admin.tenantId, machineId: machine.machineId, credentialId: machine.secretId };
  await act(admin, disableCredential, { ...of, reason: "" });
  const isTaken = (host: Host) => host.send("GET", "me").then(({ ok }) => ok);
  expect(await Promise.all([...hosts, ...others].map(isTaken))).toEqual([false, false, true, true]);
  await Promise.all(urls.map((url) => expect(hostAt(url, machine)).rejects.toThrow()));
  for (const stream of streams) {
    const code = "secret_disabled";
    const event = await stream.next();
    expect(event).toMatchObject({ type: "disconnected", data: expect.stringContaining(code) });
    expect(await stream.next()).toBeNull();
  }
});

/** A tenant with a webhook, and the receiver behind it. */
async function listening() {
  const receiver = await WebhookReceiver.start();
  const of = await newTenantAdmin();
  const webhook = await act(of, addWebhook, { url: receiver.url, kinds: ["refusals.flood"] });
  const tell = (refused: number) => {
    const hour = addSeconds(new Date(0), refused * HOUR_SECONDS).toISOString();
    const notice = { kind: "refusals.flood", hour, refused } as const;
    return inTransaction((db) => notify(db, { tenantId: of.tenantId, now: new Date(), notice }));
  };
  return { receiver, webhook, tell };
}

test("when the process that tells is killed, another goes on after its lease: the same message again, and then the others in order", async () => {
  const survivors = [installation.latchkey, ...installation.others];
  const signalAll = (signal: NodeJS.Signals) => survivors.map(({ child }) => child.kill(signal));
  const dying = await startLatchkey({ env: installation.env });
  const { receiver, webhook, tell } = await listening();
  const other = await listening();
  try {
    await dying.ready();
    // Only one of the three can tell anybody anything.
    signalAll("SIGSTOP");
    receiver.status = null;
    const arrived = receiver.next();
    for (const refused of [1, 2, 3]) await tell(refused);
    await arrived;
    dying.child.kill("SIGKILL");
    await dying.ended;
    signalAll("SIGCONT");
    receiver.status = 204;
    // What is told later to somebody else has arrived, so they have looked; the first message is not theirs yet.
    await other.tell(1);
    await expect.poll(() => other.receiver.got.length, LONG).toBe(1);
    expect(receiver.got).toHaveLength(1);
    const where = { webhookId: webhook.webhookId };
    await prisma().delivery.updateMany({
      where: { ...where, leasedUntil: { not: null } },
      data: { leasedUntil: new Date() },
    });
    await expect
      .poll(() => prisma().delivery.count({ where: { ...where, state: "delivered" } }), LONG)
      .toBe(3);
    const [first, second, third] = (
      await prisma().delivery.findMany({ where, orderBy: { id: "asc" }, select: { notificationId: true } })
    ).map(({ notificationId }) => notificationId);
    expect(receiver.ids()).toEqual([first, first, second, third]);
    expect(receiver.got.every(({ isRight }) => isRight(webhook.secret))).toBe(true);
  } finally {
    signalAll("SIGCONT");
    for (const one of [receiver, other.receiver]) one.close();
    await dying.remove();
  }
});

const LISTENERS = "FROM pg_stat_activity WHERE application_name = 'latchkey signals' AND query <> ''";

/** Asks the database something past the product. */
async function asked(statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: installation.env.DATABASE_URL });
  await client.connect();
  const { rowCount } = await client.query(statement);
  await client.end();
  return rowCount ?? 0;
}

const bothListen = () => expect.poll(() => asked(`SELECT ${LISTENERS}`), LONG).toBe(2);

/** Ends the listening connections of both server processes, as an impatient operator does. */
async function cutListeners(): Promise<void> {
  expect(await asked(`SELECT pg_terminate_backend(pid) ${LISTENERS}`)).toBe(2);
}

/** Something that is committed, after what is given was done. */
type Deed = (beforeCommit?: () => Promise<void>) => Promise<unknown>;

/** The listening connections die before the deed is committed and nobody listens when it is, or while, or just after. */
const MOMENTS: Readonly<Record<string, (deed: Deed) => Promise<unknown>>> = {
  "before the commit": (deed) => deed(cutListeners),
  "with the commit": (deed) => Promise.all([deed(), cutListeners()]),
  "after the commit": async (deed) => {
    await deed();
    await cutListeners();
  },
};

describe.each(Object.entries(MOMENTS))("when the listening connections are lost %s", (_, around) => {
  test("of a cut, no stream and no long poll outlives it", async () => {
    const hosts = await each((url) => hostAt(url, machine));
    const streams = await Promise.all(hosts.map((host) => host.listen()));
    const polls = hosts.map((host) => host.poll(30));
    await bothListen();
    await around((beforeCommit) =>
      inTransaction(async (db) => {
        await deleteCredential({ db, actor: admin, now: new Date() }, cutInput());
        await beforeCommit?.();
      }),
    );
    for (const [index, host] of hosts.entries()) {
      await expectCut(host, streams[index] as HostStream, polls[index] as Promise<Response>);
    }
  });

  test("of a stop and of a new job, both are heard of", async () => {
    const hosts = await each((url) => hostAt(url, machine));
    const streams = await Promise.all(hosts.map((host) => host.listen()));
    const running = await Promise.all(
      hosts.map(async (host) => {
        await start("wait", "");
        return ((await (await host.poll(30)).json()) as { id: string }).id;
      }),
    );
    const polls = hosts.map((host) => host.poll(30));
    await bothListen();
    await around((beforeCommit) =>
      inTransaction(async (db) => {
        const ctx = { db, actor: admin, now: new Date() };
        for (const jobId of running) await stopJob(ctx, { jobId });
        for (let count = 0; count < hosts.length; count += 1) {
          await startJob(ctx, { processId: processIds.get("wait") ?? "", hostName: "", input: {} });
        }
        await beforeCommit?.();
      }),
    );
    for (const [index, jobId] of running.entries()) {
      expect(await streams[index]?.next()).toMatchObject({ type: "stop", data: JSON.stringify({ jobId }) });
    }
    expect((await Promise.all(polls)).map(({ status }) => status)).toEqual([200, 200]);
    await Promise.all(streams.map((stream) => stream.hangUp()));
  });
});

test("a process that is stopped in order lets its hosts go at once, and they go on at the other one", async () => {
  const { latchkey, others } = installation;
  const [leaving] = others;
  const host = await hostAt(leaving?.url ?? "", machine);
  const stream = await host.listen();
  const poll = await host.pollThatArrived(30);
  leaving?.child.kill("SIGTERM");
  expect(await stream.next()).toBeNull();
  expect(await poll.status).toBe(204);
  expect(await leaving?.ended).toBe(0);
  const jobId = await start("wait", "");
  expect(await (await host.at(latchkey.url).poll(30)).json()).toMatchObject({ id: jobId });
});
