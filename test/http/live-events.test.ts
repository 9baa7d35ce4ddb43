import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob, stopJob } from "@/lib/jobs/commands/stop-job";
import { addProcessSchema, type RobotJob } from "@/lib/jobs/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disconnectHost } from "@/lib/workflows/disconnect-host";
import { rewriteCredential } from "@/test/credential-rows";
import { basic, buyToken, connect, ORCHESTRATOR, postForm, send } from "@/test/robot";
import { cutListeners, hearersOf, listenTo } from "@/test/streams";
import {
  act,
  call,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
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
  processId = (await act(admin, addProcess, addProcessSchema.parse({ name: unique("process") }))).processId;
});

const start = () => act(admin, startJob, { processId, hostName: "" });
const poll = (waitSeconds = 30) => send("POST", `sessions/${sessionId}/jobs/next`, token, { waitSeconds });
/** Waits until a poll has shown its token and listens for its session. */
const admitted = () => expect.poll(() => hearersOf(`session ${sessionId}`)).toBe(1);
const secret = () => ({ machineId: machine.machineId, credentialId: machine.secretId, confirmedLast: true });

const listen = (session = sessionId, bearer = token) => listenTo(session, bearer);

async function claimed(): Promise<RobotJob> {
  const response = await poll(0);
  expect(response.status).toBe(200);
  return (await response.json()) as RobotJob;
}

describe("a long poll", () => {
  test("is answered as soon as there is a job", async () => {
    const waiting = poll();
    const { jobId } = await start();
    expect(await (await waiting).json()).toMatchObject({ id: jobId, state: "Running" });
  });

  test("hears of a job for its machine though many hosts of other machines wait longer", async () => {
    const other = await provisioned(admin);
    const otherToken = await buyToken(other);
    const sessions = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => (await connect(otherToken, `OTHER-${index}`)).id),
    );
    const others = sessions.map((id) =>
      send("POST", `sessions/${id}/jobs/next`, otherToken, { waitSeconds: 1 }),
    );
    const waiting = poll();
    const { jobId } = await act(admin, startJob, { processId, hostName: "", machineId: machine.machineId });
    expect(await (await waiting).json()).toMatchObject({ id: jobId });
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(Array(6).fill(204));
  });

  test("passes a job on that it may not take, and then rests", async () => {
    const narrow = await provisioned(admin, { unattendedRuntimes: 0, testingRuntimes: 1 });
    const narrowToken = await buyToken(narrow);
    const polls = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => (await connect(narrowToken, `NARROW-${index}`)).id),
    );
    const narrowPolls = polls.map((id) =>
      send("POST", `sessions/${id}/jobs/next`, narrowToken, { waitSeconds: 1 }),
    );
    const waiting = poll();
    const { jobId } = await start();
    expect(await (await waiting).json()).toMatchObject({ id: jobId });
    expect((await Promise.all(narrowPolls)).map(({ status }) => status)).toEqual(Array(5).fill(204));
  });

  test("is answered nothing when its time is up", async () => {
    expect((await poll(1)).status).toBe(204);
  });

  test("ends as refused when the secret is deleted meanwhile", async () => {
    const stream = await listen();
    const waiting = poll();
    await act(admin, deleteCredential, secret());
    // The poll had asked for its token already when the secret went, or had not.
    expect([401, 410]).toContain((await waiting).status);
    expect(await stream.next()).toMatchObject({ event: "disconnected" });
  });

  test("ends with the reason when the host is disconnected meanwhile", async () => {
    const waiting = poll();
    // The token goes with the host, so a poll that has not shown it yet would be refused as any other request.
    await admitted();
    await act(admin, disconnectHost, { sessionId });
    const response = await waiting;
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({
      code: "disconnected",
      detail: expect.stringContaining(`disconnected by ${admin.name}`),
    });
  });
});

describe("a stream of events", () => {
  test("tells of a stop and of a kill", async () => {
    await start();
    const job = await claimed();
    const stream = await listen();
    await act(admin, stopJob, { jobId: job.id });
    expect(await stream.next()).toEqual({ event: "stop", data: { jobId: job.id } });
    await act(admin, killJob, { jobId: job.id });
    expect(await stream.next()).toEqual({ event: "kill", data: { jobId: job.id } });
  });

  test("tells a host that comes back what it missed, and again until it is done", async () => {
    await start();
    const job = await claimed();
    await act(admin, stopJob, { jobId: job.id });
    for (const attempt of [1, 2]) {
      const stream = await listen();
      expect(await stream.next(), `attempt ${attempt}`).toEqual({ event: "stop", data: { jobId: job.id } });
      await stream.hangUp();
    }
  });

  test("says why it ends when the secret is deleted", async () => {
    const stream = await listen();
    await act(admin, deleteCredential, secret());
    const data = { code: "secret_deleted", reason: `client secret deleted by ${admin.name}` };
    expect(await stream.next()).toEqual({ event: "disconnected", data });
    expect(await stream.next()).toBeNull();
  });

  test("gives way to a newer one of the same host", async () => {
    const older = await listen();
    const newer = await listen();
    expect(await older.next()).toEqual({ event: "replaced", data: {} });
    expect(await older.next()).toBeNull();
    await act(admin, disconnectHost, { sessionId });
    expect(await newer.next()).toMatchObject({ event: "disconnected" });
  });

  test("misses nothing when the listening connection is lost at the worst moment", async () => {
    await start();
    const job = await claimed();
    const stream = await listen();
    await act(admin, startJob, { processId, hostName: "" });
    expect(await stream.next()).toEqual({ event: "job-available", data: {} });
    expect(await cutListeners()).toBe(1);
    await act(admin, stopJob, { jobId: job.id });
    expect(await stream.next()).toEqual({ event: "stop", data: { jobId: job.id } });
  });

  test("is not for the session of another machine", async () => {
    const stranger = await buyToken(await provisioned(admin));
    expect((await send("GET", `sessions/${sessionId}/events`, stranger)).status).toBe(404);
  });
});

describe("a stream whose secret will expire", () => {
  const expiring = (expiresAt: Date) => act(admin, addSecret, { machineId: machine.machineId, expiresAt });

  test("is told once, with the instant, and then that it is cut", async () => {
    const expiresAt = addSeconds(new Date(), 13 * DAY_SECONDS);
    const short = await expiring(expiresAt);
    const bearer = await buyToken(short);
    const session = await connect(bearer, "HOST-SHORT");
    const stream = await listen(session.id, bearer);
    expect(await stream.next()).toEqual({
      event: "credential-expiring",
      data: { id: short.secretId, kind: "Secret", expiresAt: expiresAt.toISOString() },
    });
    await rewriteCredential(short.secretId, { expiresAt: new Date() });
    await inTransaction((db) => cutExpired(systemCtx(db)));
    expect(await stream.next()).toEqual({
      event: "disconnected",
      data: { code: "secret_expired", reason: "client secret expired" },
    });
    expect(await stream.next()).toBeNull();
  });

  test("more than two weeks from now is not told yet", async () => {
    const long = await expiring(addSeconds(new Date(), 15 * DAY_SECONDS));
    const bearer = await buyToken(long);
    const session = await connect(bearer, "HOST-LONG");
    const stream = await listen(session.id, bearer);
    await act(admin, disconnectHost, { sessionId: session.id });
    expect(await stream.next()).toMatchObject({ event: "disconnected" });
  });
});

describe("a stream whose token is good no more is closed, for whoever opens it again shows a token", () => {
  test("when the token is revoked", async () => {
    const stream = await listen();
    const form = { token };
    expect((await postForm(form, basic(machine), "/api/identity/connect/revocation")).status).toBe(200);
    expect(await stream.next()).toBeNull();
    const again = await call("GET", `${ORCHESTRATOR}/sessions/${sessionId}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(again.status).toBe(401);
  });

  test("other streams of the machine go on", async () => {
    const other = await buyToken(machine);
    const stream = await listen(sessionId, other);
    await postForm({ token }, basic(machine), "/api/identity/connect/revocation");
    await start();
    expect(await stream.next()).toEqual({ event: "job-available", data: {} });
    stream.hangUp();
  });
});
