import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StartupError } from "@/server/lifecycle/startup-error";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres";
import { postmasterOf } from "./postgres-orphans";
import { postgresUser } from "./postgres-user";

let place: string;
let folder: string;
let lines: string[];
let running: EmbeddedPostgres[];
let heard: ((line: string) => void) | undefined;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "latchkey-postgres-"));
  chmodSync(place, 0o711);
  folder = join(place, "postgres");
  lines = [];
  running = [];
  heard = undefined;
});

afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  rmSync(place, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    folder,
    password: "a password of the test",
    user: postgresUser(),
    binariesFolder: place,
    report(line) {
      lines.push(line);
      heard?.(line);
    },
  });
  running.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function postmaster(): number {
  const pid = postmasterOf(folder);
  if (pid === undefined) throw new Error("PostgreSQL does not run");
  return pid;
}

function reported(pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    heard = (line) => {
      if (pattern.test(line)) resolve();
    };
  });
}

test("what was written is there after a stop and a start, and nothing runs in between", async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  expect(postmasterOf(folder)).toBeUndefined();
  const second = await start();
  expect(await query(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("it keeps what it acknowledges, in UTF-8, checked by checksums, and answers on this machine only with the password", async () => {
  const { url } = await start();
  const settings = await query(
    url,
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync','synchronous_commit','full_page_writes','data_checksums','server_encoding','listen_addresses') ORDER BY name",
  );
  expect(settings).toEqual([
    { name: "data_checksums", setting: "on" },
    { name: "fsync", setting: "on" },
    { name: "full_page_writes", setting: "on" },
    { name: "listen_addresses", setting: "127.0.0.1" },
    { name: "server_encoding", setting: "UTF8" },
    { name: "synchronous_commit", setting: "on" },
  ]);
  const stranger = new URL(url);
  stranger.password = "guess";
  await expect(query(stranger.href, "SELECT 1")).rejects.toThrow(/password authentication failed/);
});

test("PostgreSQL killed while we run is started again at the same address with everything acknowledged", async () => {
  const { url } = await start();
  await query(url, "CREATE TABLE acknowledged AS SELECT 1 AS id");
  const back = reported(/is back/);
  process.kill(postmaster(), "SIGKILL");
  await back;
  expect(await query(url, "SELECT id FROM acknowledged")).toEqual([{ id: 1 }]);
});

test("a first start that was killed half-way leaves nothing in the way", async () => {
  const half = `${folder}.making-1`;
  mkdirSync(join(half, "data"), { recursive: true });
  writeFileSync(join(half, "data", "PG_VERSION"), "18\n");
  await start();
  expect(existsSync(half)).toBe(false);
  expect(readdirSync(place).sort()).toEqual(["postgres", "postgres.log", "postgres.sock"]);
});

test("a postmaster.pid that names a stranger does not keep it from starting", async () => {
  await (await start()).stop();
  running.pop();
  writeFileSync(join(folder, "postmaster.pid"), `${process.pid}\n${folder}\n`);
  const { url } = await start();
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a folder of another PostgreSQL is left alone, and the error says so", async () => {
  await (await start()).stop();
  running.pop();
  writeFileSync(join(folder, "PG_VERSION"), "17\n");
  await expect(start()).rejects.toThrow(/made by PostgreSQL 17, and this Latchkey brings PostgreSQL 18/);
});

async function damaged(damage: () => void): Promise<string> {
  await (await start()).stop();
  running.pop();
  damage();
  return start().then(
    () => "it started",
    (error: unknown) => (error instanceof StartupError ? error.message : String(error)),
  );
}

test("of a folder that is damaged the damage is told, not what it led to", async () => {
  const overwrite = () => {
    for (const { name, parentPath } of readdirSync(join(folder, "pg_wal"), { withFileTypes: true }))
      if (/^[0-9A-F]{24}$/.test(name)) writeFileSync(join(parentPath, name), Buffer.alloc(16 * 1024 * 1024));
  };
  expect(await damaged(overwrite)).toMatch(/checkpoint record.*PostgreSQL's log is/s);
});

test("of a database that is damaged inside a folder that starts, the damage is told", async () => {
  const remove = () => {
    for (const name of readdirSync(join(folder, "base")))
      rmSync(join(folder, "base", name, "pg_filenode.map"), { force: true });
  };
  expect(await damaged(remove)).toMatch(/pg_filenode\.map.*PostgreSQL's log is/s);
});

test("its log holds neither statements nor values", async () => {
  const { url } = await start();
  await query(url, "CREATE TABLE once (word text PRIMARY KEY)");
  await query(url, "INSERT INTO once VALUES ('a-secret-value')");
  await expect(query(url, "INSERT INTO once VALUES ('a-secret-value')")).rejects.toThrow(/duplicate key/);
  const log = readFileSync(`${folder}.log`, "utf8");
  expect(log).toContain("duplicate key");
  expect(log).not.toContain("a-secret-value");
});
