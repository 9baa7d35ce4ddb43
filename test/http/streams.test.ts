import { beforeEach, describe, expect, test, vi } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { Topics } from "@/lib/live/topics";
import { editMachineSchema } from "@/lib/machines/schema";
import { getTokenDefaults } from "@/lib/tenants/queries";
import { addSeconds } from "@/lib/time";
import { tokenDefaultsSchema } from "@/lib/token-policy/schema";
import { disconnectHost } from "@/lib/workflows/disconnect-host";
import { saveMachine } from "@/lib/workflows/save-machine";
import { saveTokenDefaults } from "@/lib/workflows/save-token-defaults";
import { buyToken, connect } from "@/test/robot";
import { askEvents, cutListeners, hearersOf, listenTo, passKeepAlive, untilListening } from "@/test/streams";
import { act, ask, newTenantAdmin, type Provisioned, prisma, provisioned, unique } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let token: string;
let sessionId: string;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  token = await buyToken(machine);
  sessionId = (await connect(token, "HOST-A")).id;
});

const listen = () => listenTo(sessionId, token);
const disconnect = () => act(admin, disconnectHost, { sessionId });

describe("HEAD asks for a stream's headers and opens none (RFC 9110 §9.2.1)", () => {
  test("the stream that is open goes on, and no proxy is to hold either back", async () => {
    const stream = await listen();
    const head = await askEvents(sessionId, token, "HEAD");
    expect([head.status, head.body]).toEqual([200, null]);
    expect(Object.fromEntries(head.headers)).toEqual({
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    await disconnect();
    expect(await stream.next(), "not replaced").toMatchObject({ event: "disconnected" });
  });

  test("who may not open one is told so", async () => {
    const stranger = await buyToken(await provisioned(admin));
    expect((await askEvents(sessionId, stranger, "HEAD")).status).toBe(404);
  });
});

describe("a stream ends when its machine asks more of tokens than the one it was opened with has", () => {
  const save = async (details: object) => {
    const { revision, ...row } = await prisma().machine.findUniqueOrThrow({
      where: { id: machine.machineId },
    });
    const input = editMachineSchema.parse({ ...row, machineId: machine.machineId, revision, ...details });
    await act(admin, saveMachine, input);
  };

  test("when the machine begins to require DPoP", async () => {
    const stream = await listen();
    await save({ requiresDpop: true });
    expect(await stream.next()).toBeNull();
  });

  test("when the tenant does, and the machine leaves it to the tenant", async () => {
    const stream = await listen();
    const seen = tokenDefaultsSchema.parse(await ask(admin, (ctx) => getTokenDefaults(ctx), null));
    await act(admin, saveTokenDefaults, { seen, defaults: { ...seen, requiresDpop: true } });
    expect(await stream.next()).toBeNull();
  });

  test("when the machine's tokens may not listen any more", async () => {
    const stream = await listen();
    await save({ allowedScopes: ["OR.Jobs"] });
    expect(await stream.next()).toBeNull();
  });

  test("and not when it asks for what the token has", async () => {
    const stream = await listen();
    await save({ name: unique("renamed"), allowedScopes: ["OR.Robots"] });
    await disconnect();
    expect(await stream.next()).toMatchObject({ event: "disconnected" });
  });
});

test("a token that was revoked while nobody could hear it ends its stream when signals are heard again", async () => {
  const stream = await listen();
  const [, payload = ""] = token.split(".");
  const { jti } = JSON.parse(Buffer.from(payload, "base64url").toString());
  const now = new Date();
  await prisma().revokedToken.create({ data: { jti, revokedAt: now, expiresAt: addSeconds(now, 3600) } });
  expect(await cutListeners()).toBe(1);
  expect(await stream.next()).toBeNull();
});

describe("a listener that does not read", () => {
  test("is kept one signal of a kind, however many there are", async () => {
    const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name: unique("process") }));
    await untilListening();
    const unread = await askEvents(sessionId, token);
    // So few that no keep-alive comes twice meanwhile, however slow the machine.
    for (let count = 0; count < 5; count += 1) await act(admin, startJob, { processId, hostName: "" });
    await disconnect();
    await expect.poll(() => hearersOf(`session ${sessionId}`)).toBe(0);
    const text = await unread.text();
    expect(text.match(/^event: .*$/gm)).toEqual([
      "event: ready",
      "event: job-available",
      "event: disconnected",
    ]);
  });

  test("is let go after two keep-alives; one that reads is not", async () => {
    const unread = await askEvents(sessionId, token);
    const reading = await listenTo((await connect(token, "HOST-B")).id, token);
    passKeepAlive();
    expect(hearersOf(`session ${sessionId}`)).toBe(1);
    passKeepAlive();
    expect(hearersOf(`session ${sessionId}`)).toBe(0);
    expect(await unread.text()).toBe("");
    await reading.hangUp();
  });

  test("does not keep a stream of an expired token open", async () => {
    const unread = await askEvents(sessionId, token);
    const later = addSeconds(new Date(), 90_000);
    for (let passed = 0; passed < 3; passed += 1) passKeepAlive(later);
    expect(hearersOf(`job ${admin.tenantId}`)).toBe(0);
    await unread.body?.cancel();
  });
});

describe("who hears of a topic", () => {
  /** Counts what is done to sets while `run` runs. */
  function touchedBy(run: () => void): { left: number; walked: number } {
    const left = vi.spyOn(Set.prototype, "delete");
    const walks = (["forEach", "values", Symbol.iterator] as const).map((name) =>
      vi.spyOn(Set.prototype, name),
    );
    try {
      run();
      return { left: left.mock.calls.length, walked: walks.flatMap(({ mock }) => mock.calls).length };
    } finally {
      for (const spy of [left, ...walks]) spy.mockRestore();
    }
  }

  test("leaves without anybody else being looked at: ten thousand touch ten thousand", () => {
    const topics = new Topics<string>();
    const stops = Array.from({ length: 10_000 }, (_, index) =>
      topics.hear(["all", `own ${index}`], () => {}),
    );
    expect(topics.count("all")).toBe(10_000);
    const touched = touchedBy(() => {
      for (const stop of stops) stop();
    });
    expect(touched).toEqual({ left: 20_000, walked: 0 });
    expect([topics.count("all"), topics.count("own 7")]).toEqual([0, 0]);
  });

  test("is told what is said on it, and nobody else is", () => {
    const topics = new Topics<string>();
    const heard: string[] = [];
    topics.hear(["a", "b"], (said) => heard.push(`one ${said}`));
    const stop = topics.hear(["b"], (said) => heard.push(`two ${said}`));
    topics.tell("a", "x");
    topics.tell("b", "y");
    stop();
    topics.tell("b", "z");
    topics.tell("c", "nobody");
    expect(heard).toEqual(["one x", "one y", "two y", "one z"]);
  });
});
