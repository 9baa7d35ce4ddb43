import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { takeLock } from "@/server/database/folder-lock.mjs";
import { isAlive } from "@/test/robot/alive";
import { type Latchkey, type LatchkeyOptions, startLatchkey } from "./process";
import { servedBy, servingOf } from "./processes";

const running: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of running.splice(0)) await latchkey.remove();
});

async function start(options: LatchkeyOptions = {}): Promise<Latchkey> {
  const latchkey = await startLatchkey({ ...options, env: { PROCESSES: "2", ...options.env } });
  running.push(latchkey);
  return latchkey;
}

async function expectNothingLeft(latchkey: Latchkey, serving: readonly number[]): Promise<void> {
  expect(serving).toHaveLength(2);
  await expect.poll(() => serving.filter(isAlive)).toEqual([]);
  await expect(fetch(latchkey.url)).rejects.toThrow();
  await expect.poll(() => existsSync(join(latchkey.dataDir, "postgres/postmaster.pid"))).toBe(false);
  const lock = await takeLock(latchkey.dataDir, "lock");
  expect(lock).toHaveProperty("release");
  if ("release" in lock) lock.release();
}

const body = "grant_type=client_credentials&client_id=nobody&client_secret=nothing";

/** A request whose head was taken by that process, and whose body is not sent yet. */
function requestAt(latchkey: Latchkey, pid: number): Promise<Socket> {
  return servedBy(latchkey, pid, async () => {
    const socket = connect(latchkey.port, "127.0.0.1").setEncoding("utf8");
    socket.write(
      `POST /api/identity/connect/token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    expect(String(await once(socket, "data"))).toContain("100 Continue");
    return socket;
  });
}

test("a stop has every process answer what is in flight, and leaves nothing behind", async () => {
  const latchkey = await start();
  await latchkey.ready();
  expect(latchkey.said().match(/become the first one at/g)).toHaveLength(1);
  expect(latchkey.said().trimEnd().split("\n").at(-1)).toContain(`Latchkey is ready: ${latchkey.url}`);
  const serving = servingOf(latchkey);
  const sockets = [];
  for (const pid of serving) sockets.push(await requestAt(latchkey, pid));
  latchkey.child.kill("SIGTERM");
  await latchkey.hears(/SIGTERM: stopping/);
  // The processes have heard of it when they listen no more.
  await expect
    .poll(() => fetch(latchkey.url, { headers: { connection: "close" } }).catch(() => null))
    .toBeNull();
  for (const socket of sockets) {
    socket.write(body);
    let said = "";
    for await (const text of socket) said += text;
    expect(said).toContain("invalid_client");
  }
  expect(await latchkey.ended).toBe(0);
  expect(latchkey.said()).not.toContain("unexpectedly");
  await expectNothingLeft(latchkey, serving);
});

test.each<[string, LatchkeyOptions, (latchkey: Latchkey) => void]>([
  ["npm is told to stop", { command: ["npm", "start"] }, ({ child }) => child.kill("SIGTERM")],
  [
    "a terminal sends Ctrl-C to all of them",
    // The first process of a group of its own, as a shell makes one.
    { command: ["setsid", process.execPath, "start.mjs"] },
    ({ child }) => process.kill(-(child.pid ?? 0), "SIGINT"),
  ],
])("all end in order and well when %s", async (_, options, stop) => {
  const latchkey = await start(options);
  await latchkey.ready();
  const serving = servingOf(latchkey);
  stop(latchkey);
  expect(await latchkey.ended).toBe(0);
  await expectNothingLeft(latchkey, serving);
});

test("none outlives a process that kept it and was killed, and the next start recovers", async () => {
  const killed = await start();
  await killed.ready();
  const serving = servingOf(killed);
  killed.child.kill("SIGKILL");
  await killed.ended;
  await expectNothingLeft(killed, serving);
  const next = await start({ dataDir: killed.dataDir });
  await next.ready();
});

test("a start that fails in each of them is said once", async () => {
  const first = await start({ env: { PROCESSES: "1" } });
  await first.ready();
  expect(servingOf(first)).toEqual([]);
  const second = await start({ port: first.port });
  expect(await second.ended).toBe(1);
  expect(second.said().match(/Port \d+ is already in use/g)).toHaveLength(1);
  expect(second.said()).not.toMatch(/^\s+at |unexpectedly/m);
});

test("more than PostgreSQL has connections for are refused", async () => {
  const refused = await start({ env: { PROCESSES: "64" } });
  expect(await refused.ended).toBe(1);
  expect(refused.said()).toMatch(/PROCESSES cannot be 64, because .* Set it to \d or less\.\n/);
});
