import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { exchange } from "./exchange";
import { type Latchkey, startLatchkey } from "./process";
import { actionId } from "./visitor";

let postgres: { readonly url: string; stop(): Promise<void> };
let latchkey: Latchkey;
const sockets = new Set<Socket>();
const setUp = actionId("setUpAction");
const onLinux = process.platform === "linux";

beforeAll(async () => {
  postgres = await startScratchPostgres();
  latchkey = await startLatchkey({
    env: {
      DATABASE_URL: postgres.url,
      APP_SECRET: "the key of an installation under siege",
      ORIGIN: "http://localhost:3000",
      TRUSTED_PROXIES: "loopback",
      LOG_LEVEL: "info",
    },
  });
  await latchkey.ready();
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await latchkey?.remove();
  await postgres?.stop();
});

async function connected(): Promise<Socket> {
  const socket = connect(latchkey.port, "127.0.0.1");
  sockets.add(socket);
  socket.on("error", () => undefined);
  socket.on("close", () => sockets.delete(socket));
  socket.resume();
  await once(socket, "connect");
  return socket;
}

async function manyConnected(count: number): Promise<Socket[]> {
  const all: Socket[] = [];
  while (all.length < count) {
    const batch = Math.min(250, count - all.length);
    all.push(...(await Promise.all(Array.from({ length: batch }, connected))));
  }
  return all;
}

/** Asks what robots ask, and what needs no database once it was asked. */
async function robotIsServed(): Promise<void> {
  const response = await fetch(`${latchkey.url}/api/identity/jwks`);
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

const memoryKiB = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${latchkey.child.pid}/status`, "utf8"))?.[1]);

/** Where the system lets a process have fewer, so many as it does, less what else is open. */
function openFilesMax(): number {
  const limits = onLinux ? readFileSync("/proc/self/limits", "utf8") : "";
  return Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1] ?? 1_024);
}

const IDLE = Math.min(10_000, openFilesMax() - 500);
test.runIf(onLinux)(`${IDLE} idle connections keep nobody from being served`, async () => {
  await robotIsServed();
  const before = memoryKiB();
  await manyConnected(IDLE);
  const perConnection = (memoryKiB() - before) / IDLE;
  console.log(`${perConnection.toFixed(1)} KiB a connection`);
  // Ten times what one takes.
  expect(perConnection).toBeLessThan(40);
  expect((await fetch(`${latchkey.url}/sign-in`)).status).toBe(200);
  await robotIsServed();
  // Whoever says nothing is hung up on by itself.
  await expect.poll(() => sockets.size, { interval: 500 }).toBe(0);
});

test.each([
  ["headers that never end", "POST /setup HTTP/1.1\r\nHost: x\r\n", "x-more: y\r\n"],
  ["a request line letter by letter", "GET /", "x"],
])("200 slow senders, %s: hung up on with 408, while others are served", async (_what, first, piece) => {
  const [socket, ...others] = await manyConnected(200);
  if (!socket) throw new Error("nothing is connected");
  let said = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const say = (text: string) => {
    for (const one of [socket, ...others]) one.write(text);
  };
  say(first);
  const drip = setInterval(() => say(piece), 1_000);
  const closed = Promise.all([socket, ...others].map((one) => once(one, "close")));
  expect((await fetch(`${latchkey.url}/sign-in`)).status).toBe(200);
  await closed;
  clearInterval(drip);
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
  expect(said).toContain("content-security-policy:");
  expect((await fetch(`${latchkey.url}/sign-in`)).status).toBe(200);
});

test("forms whose bodies never come take no place from others", async () => {
  const head = `POST /setup HTTP/1.1\r\nHost: x\r\nNext-Action: ${setUp}\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nX-Forwarded-For: 203.0.113.7\r\n`;
  const held = await manyConnected(16);
  for (const socket of held) socket.write(`${head.replace("Length: 9", "Length: 999")}\r\n`);
  // Whoever is silent is hung up on; these say something all the time.
  const drip = setInterval(() => {
    for (const socket of held) socket.write(" ");
  }, 1_000);
  await expect
    .poll(async () => (await exchange(latchkey.port, `${head}Connection: close\r\n\r\n123456789`)).status)
    .toBe(429);
  const refused = await exchange(latchkey.port, `${head}Connection: close\r\n\r\n123456789`);
  expect(refused.headers["retry-after"]).toBe("2");
  const elsewhere = await fetch(`${latchkey.url}/setup`, {
    method: "POST",
    body: "x",
    headers: { "x-forwarded-for": "203.0.113.8" },
  });
  expect(elsewhere.status).not.toBe(429);
  expect((await fetch(`${latchkey.url}/sign-in`)).status).toBe(200);
  clearInterval(drip);
  for (const socket of held) socket.destroy();
});

test.each([
  ["an action", "/setup", `Next-Action: ${setUp}\r\nContent-Type: text/plain`],
  ["a token request", "/api/identity/connect/token", "Content-Type: application/x-www-form-urlencoded"],
])(
  "a body that does not come is answered with 408, as headers that do not: %s",
  async (_what, path, lines) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\n${lines}\r\nContent-Length: 9\r\n\r\n`;
    const answer = await exchange(latchkey.port, head, "1234");
    expect(answer.status).toBe(408);
    expect(answer.headers["content-security-policy"]).toBeDefined();
  },
);

test("a flood of sign-ins and of pages keeps no robot waiting, and is told to come back later", async () => {
  const csrf = await fetch(`${latchkey.url}/api/auth/csrf`);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = csrf.headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");
  const signIn = async (index: number) => {
    const response = await fetch(`${latchkey.url}/api/auth/callback/credentials`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, "x-forwarded-for": `198.51.${index >> 8}.${index & 255}` },
      body: new URLSearchParams({
        email: `nobody-${index}@example.com`,
        password: "nonsense nonsense",
        csrfToken,
        json: "true",
      }),
    });
    await response.arrayBuffer();
    return response;
  };
  const page = async (index: number) => {
    const response = await fetch(`${latchkey.url}/sign-in`, {
      headers: { "x-forwarded-for": `192.0.2.${index & 7}` },
    });
    await response.arrayBuffer();
    return response;
  };
  let isOver = false;
  const flood = Promise.all(
    Array.from({ length: 80 }, (_, index) => (index % 2 ? signIn(index) : page(index))),
  ).finally(() => {
    isOver = true;
  });
  let served = 0;
  for (; !isOver; served += 1) await robotIsServed();
  const answers = await flood;
  // One after the other, all while the flood went on: they did not stand behind it in its queue.
  console.log(`robots were served ${served} times during the flood`);
  expect(served).toBeGreaterThan(10);
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].every((status) => [200, 401, 429, 503].includes(status))).toBe(true);
  for (const answer of answers.filter(({ status }) => status === 429 || status === 503)) {
    expect(answer.headers.get("retry-after")).toBe("2");
  }
  expect(statuses).toContain(503);
});

/** As many as Linux lets wait to be accepted, less some. */
const QUEUE = onLinux
  ? Math.min(2_000, Number(readFileSync("/proc/sys/net/core/somaxconn", "utf8")) - 50)
  : 0;
test.runIf(onLinux)(
  "a fleet that connects in one moment is not dropped while the thread is busy",
  async () => {
    await robotIsServed();
    // Stopped, so that nothing is accepted, only queued by the system.
    latchkey.child.kill("SIGSTOP");
    try {
      expect(await manyConnected(QUEUE)).toHaveLength(QUEUE);
    } finally {
      latchkey.child.kill("SIGCONT");
    }
    expect((await fetch(`${latchkey.url}/sign-in`)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  },
);
