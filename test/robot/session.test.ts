import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { instanceId } from "@/robot/instance";
import { orchestratorAt } from "@/robot/orchestrator";
import { openSession } from "@/robot/session";
import type { Tokens } from "@/robot/tokens";

/** A portal where another host has the name for as long as a test says. */
let refusals = 0;
let asked: unknown[];
let pauses: number[];
let lines: string[];

const server = createServer(async (request, response) => {
  asked.push(await json(request));
  const isRefused = asked.length <= refusals;
  const body = isRefused
    ? { detail: "Another host is connected.", code: "host_name_in_use" }
    : { id: randomUUID(), heartbeatIntervalSeconds: 30 };
  response.writeHead(isRefused ? 409 : 201, { "content-type": "application/json" }).end(JSON.stringify(body));
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  asked = [];
  pauses = [];
  lines = [];
});

const tokens: Tokens = {
  authentication: () => Promise.reject(new Error("not asked for")),
  show: async () => ({ token: "t", headers: { authorization: "Bearer t" } }),
  hear: () => undefined,
  refuse: () => undefined,
  now: () => 0,
  forget: () => undefined,
};

function connect() {
  const { port } = server.address() as AddressInfo;
  const log = (line: string) => void lines.push(line);
  const orchestrator = orchestratorAt(new URL(`http://127.0.0.1:${port}`), tokens, log);
  const patience = { random: () => 0, pause: async (seconds: number) => void pauses.push(seconds) };
  const host = { hostName: "HOST", instanceId: instanceId() };
  return openSession(orchestrator, host, () => [], { patience, log }, new AbortController().signal);
}

test("a robot whose host's name another one has warns, waits and connects when that is gone", async () => {
  refusals = 9;
  await connect();
  expect(asked).toHaveLength(10);
  expect(new Set(asked.map((body) => (body as { instanceId: string }).instanceId)).size).toBe(1);
  expect(asked[0]).toMatchObject({ instanceId: expect.stringMatching(/^[\w-]{43}$/) });
  expect(lines.filter((line) => line.startsWith("warning: Another host is connected."))).toHaveLength(1);
});

test("it ends with that reason when the other one lives longer than a dead one keeps it", async () => {
  refusals = Number.POSITIVE_INFINITY;
  await expect(connect()).rejects.toMatchObject({ kind: "replaced", message: "Another host is connected." });
  expect(pauses.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThan(UNRESPONSIVE_AFTER_SECONDS);
});
