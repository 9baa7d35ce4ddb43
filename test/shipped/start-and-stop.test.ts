import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { postmasterOf } from "@/server/database/postgres-orphans";
import { type Latchkey, type LatchkeyOptions, startLatchkey } from "./process";

const running: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of running.splice(0)) await latchkey.remove();
});

async function start(options?: LatchkeyOptions): Promise<Latchkey> {
  const latchkey = await startLatchkey(options);
  running.push(latchkey);
  return latchkey;
}

async function keysOf(latchkey: Latchkey): Promise<unknown> {
  return (await fetch(`${latchkey.url}/api/identity/jwks`)).json();
}

test("it starts from nothing, offers the set-up link, ends with the address, and goes on where it stopped", async () => {
  const first = await start({ env: { CI: "true", NODE_ENV: "production" } });
  await first.ready();
  expect(first.said()).toContain(`become the first one at ${first.url}/setup#`);
  expect(first.said().trimEnd().split("\n").at(-1)).toContain(`Latchkey is ready: ${first.url}`);
  const keys = await keysOf(first);
  first.child.kill("SIGTERM");
  expect(await first.ended).toBe(0);
  expect(postmasterOf(join(first.dataDir, "postgres"))).toBeUndefined();

  const second = await start({ dataDir: first.dataDir });
  await second.ready();
  expect(second.said()).not.toContain("building");
  expect(await keysOf(second)).toEqual(keys);
});

test("a request in flight is answered before the process stops", async () => {
  const latchkey = await start();
  await latchkey.ready();
  const body = "grant_type=client_credentials&client_id=nobody&client_secret=nothing";
  const socket = connect(latchkey.port, "127.0.0.1").setEncoding("utf8");
  socket.write(
    `POST /api/identity/connect/token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  let said = "";
  for await (const text of socket) {
    said += text;
    if (!said.includes("invalid_client") && said.includes("100 Continue")) {
      said = "";
      latchkey.child.kill("SIGTERM");
      await latchkey.hears(/SIGTERM: stopping/);
      socket.write(body);
    }
  }
  expect(said).toContain("invalid_client");
  expect(await latchkey.ended).toBe(0);
});

test("after kill -9 it starts again by itself, and two on one folder are refused", async () => {
  const killed = await start();
  await killed.ready();
  const refused = await start({ dataDir: killed.dataDir });
  expect(await refused.ended).toBe(1);
  expect(refused.said()).toContain(`already runs on ${killed.dataDir} (process ${killed.child.pid} of `);
  const keys = await keysOf(killed);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const next = await start({ dataDir: killed.dataDir });
  await next.ready();
  expect(await keysOf(next)).toEqual(keys);
});

test("it outlives PostgreSQL and recovers when that is back", async () => {
  const latchkey = await start();
  await latchkey.ready();
  const postmaster = Number.parseInt(
    readFileSync(join(latchkey.dataDir, "postgres/postmaster.pid"), "utf8"),
    10,
  );
  process.kill(postmaster, "SIGKILL");
  await latchkey.hears(/PostgreSQL is back/);
  expect((await fetch(`${latchkey.url}/api/auth/csrf`)).status).toBe(200);
  expect((await fetch(`${latchkey.url}/setup`)).status).toBe(200);
});

test("everything that is wrong with the environment is said at once, without a stack", async () => {
  const refused = await start({ env: { DATABASE_URL: "mysql://db", LOG_LEVEL: "loud" } });
  expect(await refused.ended).toBe(1);
  for (const name of ["DATABASE_URL", "LOG_LEVEL", "APP_SECRET", "ORIGIN"])
    expect(refused.said()).toContain(`- ${name} `);
  expect(refused.said()).not.toMatch(/^\s+at /m);
});

test("a port in use is named", async () => {
  const first = await start();
  await first.ready();
  const second = await start({ port: first.port });
  expect(await second.ended).toBe(1);
  expect(second.said()).toContain(
    `Port ${first.port} is already in use. Stop the program that uses it, or set PORT`,
  );
  expect(second.said()).not.toMatch(/^\s+at /m);
});

test("a request that only offers an upgrade is answered as any other", async () => {
  const latchkey = await start();
  await latchkey.ready();
  await fetch(`${latchkey.url}/sign-in`);
  const socket = connect(latchkey.port, "127.0.0.1").setEncoding("utf8");
  socket.write(
    "GET /api/identity/jwks HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n",
  );
  let said = "";
  for await (const text of socket) said += text;
  expect(said).toMatch(/^HTTP\/1.1 200 /);
});

/** Has it log more than it keeps, and stop. */
async function expectToServeAndStop(latchkey: Latchkey): Promise<void> {
  for (let more = 0; more < 100; more += 1)
    expect((await fetch(`${latchkey.url}/api/identity/jwks`)).status).toBe(200);
  latchkey.child.kill("SIGTERM");
  expect(await latchkey.ended).toBe(0);
}

test("it serves and stops in order although nobody reads what it logs any more", async () => {
  const latchkey = await start();
  await latchkey.ready();
  latchkey.child.stdout?.destroy();
  await expectToServeAndStop(latchkey);
});

if (existsSync("/dev/full")) {
  test("it serves and stops in order although the disk is full that its log goes to", async () => {
    const latchkey = await start({ command: ["/bin/sh", "-c", "exec node start.mjs >/dev/full"] });
    const ready = () => fetch(`${latchkey.url}/api/health/ready`).catch(() => null);
    await expect.poll(async () => (await ready())?.status).toBe(200);
    await expectToServeAndStop(latchkey);
  });
}
