import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { openDatabase } from "@/lib/database-connection";
import { lightBeacon } from "@/server/database/beacon.mjs";
import { codeOf, StartupError } from "@/server/lifecycle/startup-error";
import { postgresBinaries } from "./postgres-binaries";
import { databaseUrl, makeCluster } from "./postgres-making";
import { awaitStrangers, removeMisleadingPid, stopOrphans } from "./postgres-orphans";
import type { PostgresUser } from "./postgres-user";
import { type Durability, type PostgresRun, runPostgres, tailOfLog } from "./postgres-watchdog";

/** A PostgreSQL of our own that runs for as long as we do. */
export type EmbeddedPostgres = {
  /** Connection URL of the database, with its password. It stays the same when PostgreSQL is restarted. */
  readonly url: string;
  /** Shuts PostgreSQL down and resolves when its processes are gone. */
  stop(): Promise<void>;
};

/** What {@link startEmbeddedPostgres} needs to know. */
export type EmbeddedPostgresOptions = {
  /** The data folder; made when missing. Its parent receives PostgreSQL's log and must be writable by this process. */
  readonly folder: string;
  /** Password of the database's owner. */
  readonly password: string;
  readonly user: PostgresUser;
  /** Where a copy of the programs goes when the installed ones cannot be used. */
  readonly binariesFolder: string;
  readonly durability?: Durability;
  /** Called with one line for the operator when PostgreSQL died and when it is back. */
  readonly report: (line: string) => void;
};

const START_PATIENCE_MILLISECONDS = 60_000;
const LOG_LIMIT_BYTES = 1_000_000;

/**
 * Starts PostgreSQL on a private data folder and keeps it running: when it dies it is started again on the same port. The caller holds
 * the lock of the data folder. PostgreSQL is shut down when this process ends, however it ends.
 * @throws StartupError when it cannot run here.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { folder, password, user, report } = options;
  const binaries = postgresBinaries(user, options.binariesFolder);
  const clear = async () => {
    if (existsSync(folder) && (await stopOrphans(folder)))
      report("stopped a PostgreSQL left over from an earlier run");
  };
  await clear();
  const beaconName = `${basename(folder)}.sock`;
  await awaitStrangers(folder, beaconName, report);
  await makeCluster(folder, password, binaries, user);
  rmSync(join(dirname(folder), beaconName), { force: true });
  const beacon = await lightBeacon(dirname(folder), beaconName);

  const logFile = `${folder}.log`;
  turnOver(logFile);
  let port = await freePort();
  let stopping = false;
  const url = () => databaseUrl(password, port);
  const launch = async (): Promise<PostgresRun> => {
    await clear();
    removeMisleadingPid(folder);
    const logBegin = existsSync(logFile) ? statSync(logFile).size : 0;
    const run = runPostgres(binaries, user, {
      folder,
      port,
      logFile,
      durability: options.durability ?? "durable",
      beacon,
    });
    await untilReady(url(), run, logFile, logBegin);
    return run;
  };

  let run = await launch().catch(async (error: unknown) => {
    // Somebody else took the port between our choice and PostgreSQL's start.
    if (!/Address already in use/.test(tailOfLog(logFile))) throw error;
    port = await freePort();
    return launch();
  });

  const supervise = async (): Promise<void> => {
    for (;;) {
      await run.ended;
      if (stopping) return;
      report("PostgreSQL ended unexpectedly; starting it again");
      for (let pauseMs = 100; !stopping; pauseMs = Math.min(pauseMs * 2, 5_000)) {
        try {
          run = await launch();
          report("PostgreSQL is back");
          break;
        } catch (error) {
          report(`PostgreSQL does not start: ${error instanceof Error ? error.message : String(error)}`);
          await delay(pauseMs);
        }
      }
    }
  };
  const supervised = supervise();

  return {
    url: url(),
    async stop() {
      stopping = true;
      run.askToStop();
      const stopped = await Promise.race([run.ended.then(() => true), delay(10_000, false, { ref: false })]);
      if (!stopped) await stopOrphans(folder);
      await supervised;
      beacon?.end();
    },
  };
}

/** Waits until PostgreSQL answers a query; recovery after a crash can take a while. */
async function untilReady(url: string, run: PostgresRun, logFile: string, logBegin: number): Promise<void> {
  const until = Date.now() + START_PATIENCE_MILLISECONDS;
  for (;;) {
    const error = await tryQuery(url);
    if (error === undefined) return;
    if (run.hasEnded()) throw startProblem(logFile, logBegin);
    if (Date.now() > until || !["ECONNREFUSED", "ECONNRESET", "57P03"].includes(codeOf(error) ?? "")) {
      run.askToStop();
      await run.ended;
      throw refusalProblem(error, logFile);
    }
    await delay(10);
  }
}

async function tryQuery(url: string): Promise<unknown> {
  let client: Client | undefined;
  try {
    client = await openDatabase(url, { connectionTimeoutMillis: 5_000 });
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await client?.end().catch(() => undefined);
  }
}

/** What the operator's log lines say of a start: SQLSTATE, gravity, text (log_line_prefix in postgres-watchdog.ts). */
const GRAVE_LINE = /\] (\w{5}) (FATAL|PANIC): +(.*)/g;
/** A connection that was refused because the start is not over. */
const STARTING_UP = "57P03";

/**
 * A PANIC is what the start failed of; what its processes die of afterwards and the connections it refuses meanwhile are FATAL.
 * @param begin where the start's own lines begin in the log, in bytes
 */
function startProblem(logFile: string, begin: number): StartupError {
  const said = readFileSync(logFile).subarray(begin).toString("utf8");
  const lines = [...said.matchAll(GRAVE_LINE)].filter(([, code]) => code !== STARTING_UP);
  const cause = lines.find(([, , gravity]) => gravity === "PANIC") ?? lines.at(-1);
  const full = /No space left on device|Disk quota exceeded/.test(said);
  const advice = full ? "Free some space on that disk." : `PostgreSQL's log is ${logFile}.`;
  return new StartupError(
    `PostgreSQL does not start on ${dirname(logFile)}: ${cause?.[3] ?? "it ended at once"}. ${advice}`,
  );
}

function refusalProblem(error: unknown, logFile: string): StartupError {
  if (codeOf(error) === "28P01") return passwordProblem(logFile);
  const said = error instanceof Error ? error.message : String(error);
  return new StartupError(
    `PostgreSQL runs on ${dirname(logFile)} and cannot be used: ${said}. PostgreSQL's log is ${logFile}.`,
  );
}

function passwordProblem(logFile: string): StartupError {
  const folder = logFile.replace(/\.log$/, "");
  return new StartupError(
    `The database in ${folder} was made with another password than the one kept in the data folder. Put back the settings file that belongs to it.`,
  );
}

function turnOver(logFile: string): void {
  if (!existsSync(logFile)) return;
  chmodSync(logFile, 0o600);
  if (statSync(logFile).size < LOG_LIMIT_BYTES) return;
  rmSync(`${logFile}.1`, { force: true });
  renameSync(logFile, `${logFile}.1`);
}

/** A port on 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no port")),
      );
    });
  });
}
