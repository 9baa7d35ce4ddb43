import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@/server/database/embedded-postgres";
import { keepLog } from "@/test/kept-logs";

const root = join(import.meta.dirname, "../..");

/** Latchkey as it is shipped, running in a process of its own. */
export type Latchkey = {
  readonly child: ChildProcess;
  readonly port: number;
  /** Its address on this machine. */
  readonly url: string;
  readonly dataDir: string;
  /** Everything it has printed. */
  said(): string;
  /** Resolves when it has printed something that matches; rejects when it ends without. */
  hears(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it says that it is ready. */
  ready(): Promise<void>;
  /** Resolves with its exit code when it has ended; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Stops it in order and removes its data folder. */
  remove(): Promise<void>;
};

/** What a test may choose; the rest of the environment is empty. */
export type LatchkeyOptions = {
  /** What to run, instead of what `npm start` runs. */
  readonly command?: readonly string[];
  /** Whom it runs as; the user of the tests otherwise. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly dataDir?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
};

/** Starts `npm start`'s process on a free port and a new data folder, unless told otherwise. */
export async function startLatchkey(options: LatchkeyOptions = {}): Promise<Latchkey> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir ?? newDataDir();
  const [command = "", ...args] = options.command ?? [process.execPath, "start.mjs"];
  const child = spawn(command, args, {
    ...options.user,
    cwd: root,
    env: {
      NODE_ENV: process.env.NODE_ENV,
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: dataDir,
      // Whatever could be logged is, so that tools/check-logs.mjs has something to look at.
      LOG_LEVEL: "debug",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.once("close", () => keepLog("shipped", said));
  const hears = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(said);
        if (match) resolve(match);
      };
      for (const stream of [child.stdout, child.stderr]) stream.on("data", look);
      child.once("close", () => reject(new Error(`ended without saying ${pattern}:\n${said}`)));
      look();
    });
  return {
    child,
    port,
    url: `http://localhost:${port}`,
    dataDir,
    said: () => said,
    hears,
    ready: async () => void (await hears(/Latchkey is ready: http\S+\n/)),
    ended,
    async remove() {
      child.kill("SIGTERM");
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** An empty folder for one Latchkey, which the database's system user may pass through. */
export function newDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-shipped-"));
  chmodSync(folder, 0o711);
  return folder;
}
