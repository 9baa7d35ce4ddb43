import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { test as plainTest } from "vitest";
import { bundle } from "@/tools/bundle.mjs";

/** The repository. */
export const root = join(import.meta.dirname, "..");

/** A process that runs test/keeper.ts. */
export type Keeper = {
  readonly child: ChildProcess;
  /** Everything it has printed. */
  said(): string;
  /** Resolves when it has printed something that matches; rejects when it ends without. */
  hears(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the address of its database. */
  url(): Promise<string>;
  /** The rows that it said PostgreSQL had acknowledged. */
  acknowledged(): number[];
  /** Lets it shut down and resolves when it has ended. */
  stop(): Promise<void>;
};

type KeepOptions = {
  readonly uid?: number;
  readonly gid?: number;
  readonly script?: string;
  /** What the command line begins with, such as {@link CONTAINER}. */
  readonly within?: readonly string[];
};

/** A data folder of one test, and the keepers started on it; all are gone after the test. */
export type Place = {
  dataDir: string;
  /** Where test/keeper.ts was bundled to. */
  readonly script: string;
  keep(work?: "write" | "", options?: KeepOptions): Keeper;
  databaseFolder(): string;
};

export const test = plainTest.extend<{ place: Place }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of the fixtures it must make first from this pattern.
  place: async ({}, use) => {
    const script = join(root, `dist/test/keeper-${process.pid}.mjs`);
    await bundle(root, "test/keeper.ts", script);
    const folder = mkdtempSync(join(tmpdir(), "latchkey-database-"));
    chmodSync(folder, 0o755);
    const keepers: Keeper[] = [];
    const place: Place = {
      dataDir: join(folder, "data"),
      script,
      keep(work = "", options = {}) {
        const keeper = startKeeper(options.script ?? script, place.dataDir, work, options);
        keepers.push(keeper);
        return keeper;
      },
      databaseFolder() {
        const file = readFileSync(join(place.dataDir, "settings.json"), "utf8");
        const settings: { databaseFolder?: string } = JSON.parse(file);
        return settings.databaseFolder ?? join(place.dataDir, "postgres");
      },
    };
    await use(place);
    for (const keeper of keepers) await keeper.stop();
    for (const path of [folder, script, `${script}.map`]) rmSync(path, { recursive: true, force: true });
  },
});

/** The rows that keepers have written. */
export async function rowsIn(url: string): Promise<number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ id: number }>("SELECT id FROM acknowledged ORDER BY id");
  await client.end();
  return rows.map((row) => row.id);
}

function startKeeper(script: string, dataDir: string, work: string, options: KeepOptions): Keeper {
  const { uid, gid, within = [] } = options;
  const user = uid === undefined || gid === undefined ? {} : { uid, gid };
  const [command = "", ...args] = [...within, process.execPath, script, dataDir, work];
  const child = spawn(command, args, {
    ...user,
    cwd: "/",
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const hears = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(said);
        if (match) resolve(match);
      };
      child.stdout.on("data", look);
      child.once("close", () => reject(new Error(`ended without saying ${pattern}:\n${said}`)));
      look();
    });
  return {
    child,
    said: () => said,
    hears,
    url: async () => (await hears(/^url (\S+)$/m))[1] ?? "",
    acknowledged: () => [...said.matchAll(/^acknowledged (\d+)$/gm)].map((match) => Number(match[1])),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
