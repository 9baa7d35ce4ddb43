import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Beacon } from "@/server/database/beacon.mjs";
import type { PostgresBinaries } from "./postgres-binaries";
import type { PostgresUser } from "./postgres-user";

/**
 * The shell between us and PostgreSQL. It holds the reading end of a pipe whose writing end is ours alone: when we end, however we end, the
 * pipe closes and PostgreSQL is told to shut down. `read` needs the pipe on descriptor 4 because a shell gives background jobs /dev/null
 * for their standard input. Descriptor 3 is the beacon, which PostgreSQL's processes keep and nobody else does.
 */
const SCRIPT = `
exec 4<&0 </dev/null
"$@" 4<&- &
server=$!
exec 3<&-
{ read -r line; kill -INT $server; } <&4 2>/dev/null &
watcher=$!
exec 4<&-
wait $server
code=$?
kill $watcher 2>/dev/null
exit $code`;

/** One run of PostgreSQL under its watchdog. */
export type PostgresRun = {
  /** Resolves with the exit code when PostgreSQL, or its watchdog, has ended; null after a signal. */
  readonly ended: Promise<number | null>;
  readonly hasEnded: () => boolean;
  /** Asks for a fast shutdown. */
  readonly askToStop: () => void;
};

/**
 * Settings for a database that loses nothing, for one that loses nothing when its own processes die (but may when the machine
 * does), and for one that is thrown away after a test run.
 */
const DURABILITY = {
  durable: ["fsync=on", "synchronous_commit=on", "full_page_writes=on"],
  crashable: ["fsync=off", "synchronous_commit=on", "full_page_writes=off"],
  disposable: ["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
} as const;

/** How the embedded PostgreSQL treats what it was told to keep. */
export type Durability = keyof typeof DURABILITY;

/**
 * Starts PostgreSQL on `folder`, listening on 127.0.0.1 at `port` only.
 * @param options.logFile receives PostgreSQL's own log, from its end on
 * @param options.beacon answers for as long as one of PostgreSQL's processes lives
 */
export function runPostgres(
  binaries: PostgresBinaries,
  user: PostgresUser,
  options: {
    folder: string;
    port: number;
    logFile: string;
    durability: Durability;
    beacon: Beacon | undefined;
  },
): PostgresRun {
  const settings = [
    ...DURABILITY[options.durability],
    "listen_addresses=127.0.0.1",
    `port=${options.port}`,
    "unix_socket_directories=",
    "max_connections=100",
    "shared_buffers=64MB",
    // One portal needs no workers for reading ahead and none for replication.
    "io_method=sync",
    "max_logical_replication_workers=0",
    "max_wal_size=256MB",
    "min_wal_size=32MB",
    "password_encryption=scram-sha-256",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_checkpoints=off",
    "log_min_messages=warning",
    // Statements and the values in a violated constraint are nobody's business in a log file.
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_line_prefix=%m [%p] %e ",
  ];
  const args = ["-D", options.folder, ...settings.flatMap((setting) => ["-c", setting])];
  const log = openSync(options.logFile, "a", 0o600);
  // A session of its own keeps the terminal's Ctrl-C from PostgreSQL until the requests in flight are done.
  const child = spawn("/bin/sh", ["-c", SCRIPT, "latchkey-postgres", binaries.postgres, ...args], {
    ...user,
    cwd: "/",
    detached: true,
    stdio: ["pipe", log, log, options.beacon?.descriptor ?? "ignore"],
    env: { PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV, LC_ALL: "C", TZ: "UTC" },
  });
  closeSync(log);
  child.stdin?.on("error", () => undefined);
  let over = false;
  const ended = untilEnd(child).finally(() => {
    over = true;
  });
  return { ended, hasEnded: () => over, askToStop: () => void child.stdin?.end() };
}

/** The last `bytes` bytes of PostgreSQL's log, for an error message. */
export function tailOfLog(logFile: string, bytes = 4_000): string {
  return readFileSync(logFile, "utf8").slice(-bytes);
}

function untilEnd(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code));
  });
}
