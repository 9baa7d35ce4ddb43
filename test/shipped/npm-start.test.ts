import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { freePort } from "@/server/database/embedded-postgres";
import { takeLock } from "@/server/database/folder-lock.mjs";
import { CONTAINER } from "@/test/container";
import { type Latchkey, newDataDir, startLatchkey } from "./process";

const running: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of running.splice(0)) await latchkey.remove();
});

async function start(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Latchkey> {
  const latchkey = await startLatchkey({ command, env });
  running.push(latchkey);
  return latchkey;
}

/** `ended` waits for everything that the command has started, because all of that holds its output. */
async function expectToStopInOrder(latchkey: Latchkey, signal: string): Promise<void> {
  await latchkey.hears(new RegExp(`${signal}: stopping`));
  await latchkey.ended;
  await expect(fetch(latchkey.url)).rejects.toThrow();
  // PostgreSQL removes it at the end of an orderly shutdown.
  expect(existsSync(join(latchkey.dataDir, "postgres/postmaster.pid"))).toBe(false);
  const lock = await takeLock(latchkey.dataDir, "lock");
  expect(lock).toHaveProperty("release");
  if ("release" in lock) lock.release();
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "npm start, told to stop by %s to npm, stops in order and ends well",
  async (signal) => {
    const latchkey = await start(["npm", "start"]);
    await latchkey.ready();
    latchkey.child.kill(signal);
    await expectToStopInOrder(latchkey, signal);
    expect(await latchkey.ended).toBe(0);
  },
);

test("npm start as the first process of a container stops in order", async () => {
  const latchkey = await start([...CONTAINER, "npm", "start"]);
  await latchkey.ready();
  const outermost = latchkey.child.pid ?? 0;
  const children = () =>
    execFileSync("ps", ["-o", "pid=", "--ppid", String(outermost)], { encoding: "utf8" });
  process.kill(CONTAINER.length > 0 ? Number.parseInt(children(), 10) : outermost, "SIGTERM");
  await expectToStopInOrder(latchkey, "SIGTERM");
  expect(await latchkey.ended).toBe(0);
});

test("one DATA_DIR in two containers: the second is refused, and starts when the first has ended", async () => {
  const command = [...CONTAINER, "npm", "start"];
  const first = await start(command);
  await first.ready();
  const { dataDir } = first;
  const second = await start(command, { DATA_DIR: dataDir });
  await second.ended;
  expect(second.said()).toContain(`Latchkey already runs on ${dataDir} (process `);
  expect((await fetch(`${first.url}/api/health/ready`)).status).toBe(200);
  first.child.kill("SIGKILL");
  await first.ended;
  const third = await start(command, { DATA_DIR: dataDir });
  await third.ready();
  third.child.kill("SIGKILL");
  await third.ended;
});

test.each(["SIGHUP", "SIGKILL"] as const)(
  "npm start does not outlive its npm that ended by %s",
  async (signal) => {
    const latchkey = await start(["npm", "start"]);
    await latchkey.ready();
    latchkey.child.kill(signal);
    await expectToStopInOrder(latchkey, "SIGHUP");
  },
);

test("npm run demo ends all that it has started when npm is told to stop", async () => {
  const demo = await start(["npm", "run", "demo"]);
  await demo.hears(/The demo runs at/);
  demo.child.kill("SIGTERM");
  expect(await demo.ended).toBe(0);
  await expect(fetch(demo.url)).rejects.toThrow();
});

test("npm run robot ends in order when npm is told to stop", async () => {
  const processes = join(newDataDir(), "processes.json");
  writeFileSync(processes, "{}", { mode: 0o600 });
  const robot = await start(["npm", "run", "robot", "--", "--processes", processes], {
    LATCHKEY_URL: `http://localhost:${await freePort()}`,
    LATCHKEY_CLIENT_ID: "nobody",
    LATCHKEY_CLIENT_SECRET: "nothing",
    LATCHKEY_HOST_NAME: "HOST",
  });
  await robot.hears(/the server cannot be reached/);
  robot.child.kill("SIGTERM");
  await robot.hears(/stopped by a signal/);
  expect(await robot.ended).toBe(0);
});
