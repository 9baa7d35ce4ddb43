import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import described from "@/package.json" with { type: "json" };
import { proxyTo, type Proxy as Way } from "@/test/proxy";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { type Latchkey, startLatchkey } from "./process";

let postgres: { readonly url: string; stop(): Promise<void> };
let way: Way;
let latchkey: Latchkey;

beforeEach(async () => {
  postgres = await startScratchPostgres();
  way = await proxyTo(postgres.url);
});

/** As container platforms hand secrets in. */
function filed(secrets: Readonly<Record<string, string>>): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-secrets-"));
  const fileOf = ([name, value]: [string, string]) => {
    writeFileSync(join(folder, name), `${value}\n`);
    return [`${name}_FILE`, join(folder, name)];
  };
  return Object.fromEntries(Object.entries(secrets).map(fileOf));
}

async function start(settings: Readonly<Record<string, string>>): Promise<void> {
  latchkey = await startLatchkey({
    env: {
      ...filed({ DATABASE_URL: way.url, APP_SECRET: "the key of an installation that is watched" }),
      ORIGIN: "http://localhost:3000",
      ...settings,
    },
  });
  await latchkey.ready();
}
afterEach(async () => {
  await latchkey?.remove();
  await way?.close();
  await postgres?.stop();
});

async function probe(word: "live" | "ready") {
  const response = await fetch(`${latchkey.url}/api/health/${word}`);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return [response.status, await response.json()];
}

const LIVE = [200, { status: "live" }];
const READY = [
  200,
  {
    status: "ready",
    version: described.version,
    commit: expect.toBeOneOf([null, expect.stringMatching(/^[\da-f]{9}$/)]),
  },
];
const notReady = (reason: string) => [503, { status: "not ready", reason }];

test("ready says in one word why not: database, migrations, stopping; live goes on", async () => {
  // Longer than any machine takes for what is asked meanwhile.
  await start({ DRAIN_SECONDS: "300" });
  expect(await probe("live")).toEqual(LIVE);
  expect(await probe("ready")).toEqual(READY);

  await way.close();
  expect(await Promise.all(Array.from({ length: 20 }, () => probe("ready")))).toEqual(
    Array.from({ length: 20 }, () => notReady("database")),
  );
  expect(await probe("live")).toEqual(LIVE);
  await way.open();
  expect(await probe("ready")).toEqual(READY);

  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const newest = "(SELECT max(migration_name) FROM _prisma_migrations)";
  await client.query(`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = ${newest}`);
  expect(await probe("ready")).toEqual(notReady("migrations"));
  await client.query(`UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name = ${newest}`);
  expect(await probe("ready")).toEqual(READY);
  await client.end();

  latchkey.child.kill("SIGTERM");
  await latchkey.hears(/SIGTERM: stopping/);
  expect(await probe("ready")).toEqual(notReady("stopping"));
  expect(await probe("live")).toEqual(LIVE);
  // What a load balancer sends before it has heard is still answered.
  expect((await fetch(`${latchkey.url}/api/identity/jwks`)).status).toBe(200);
  latchkey.child.kill("SIGKILL");
});

test("a database that says nothing any more makes it not ready, and does not keep it from stopping", async () => {
  await start({});
  way.freeze();
  expect(await probe("ready")).toEqual(notReady("database"));
  expect(await probe("live")).toEqual(LIVE);
  latchkey.child.kill("SIGTERM");
  expect(await latchkey.ended).toBe(0);
});

test("each request has one line, with what a reader of the log needs and nothing else; after the drain the process ends well", async () => {
  await start({ DRAIN_SECONDS: "1" });
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  await fetch(`${latchkey.url}/sign-in?callbackUrl=%2Fprivate`, { headers: { traceparent, cookie: "a=b" } });
  const [line = ""] = await latchkey.hears(new RegExp(`.*"traceId":"${traceId}".*`));
  const { time, durationMs, ...rest } = JSON.parse(line) as Record<string, unknown>;
  expect(rest).toEqual({
    level: 30,
    event: "request",
    traceId,
    method: "GET",
    path: "/sign-in",
    status: 200,
    address: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
    actorId: null,
    msg: "request",
  });
  expect(durationMs).toBeGreaterThanOrEqual(0);
  expect(String(time)).toMatch(/^\d{4}-/);

  // A robot's problem document and the log name the same trace.
  const refused = await fetch(`${latchkey.url}/api/orchestrator/me`);
  const { traceId: told } = (await refused.json()) as { traceId: string };
  await latchkey.hears(
    new RegExp(`"level":20[^\n]*"traceId":"${told}"[^\n]*"path":"/api/orchestrator/me","status":401`),
  );
  await fetch(`${latchkey.url}/api/health/live`);
  await latchkey.hears(/"level":20[^\n]*"path":"\/api\/health\/live","status":200/);

  latchkey.child.kill("SIGTERM");
  expect(await latchkey.ended).toBe(0);
});
