import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { UserActor } from "@/lib/ctx";
import { openDatabase } from "@/lib/database-connection";
import { runStops } from "@/lib/stopping";
import { freePort } from "@/server/database/embedded-postgres";
import type { Durability } from "@/server/database/postgres-watchdog";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { startChild } from "./child";
import { parentOf } from "./processes";

export type Provisioned = {
  /** Who provisioned the machines. */
  readonly admin: UserActor;
  readonly machines: readonly (IssuedSecret & { readonly machineId: string })[];
};

/** A server process as it is shipped. */
export type Server = {
  readonly port: number;
  /** Its address on this machine. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
};

export type Installation = Provisioned & {
  readonly server: Server;
  /** What another server process of the same installation must be given. */
  readonly env: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  /** The process that all others of PostgreSQL are children of. */
  readonly postgresPid: number;
  stop(): Promise<void>;
};

type InstallationOptions = {
  readonly machines: number;
  /** The checkout that runs; this one otherwise. */
  readonly root?: string;
  /** "durable" is what is shipped. */
  readonly durability?: Durability;
  readonly env?: Readonly<Record<string, string>>;
};

/** Starts a server of that checkout on a free port, whose log goes to a file, so that nobody's reading of it is measured. */
export async function startServer(
  env: Readonly<Record<string, string>>,
  { port: given, root = process.cwd() }: { readonly port?: number; readonly root?: string } = {},
): Promise<Server> {
  const port = given ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const logFile = join(folder, "log");
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, ["start.mjs"], {
    cwd: root,
    env: {
      NODE_ENV: "production",
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: join(folder, "data"),
      PORT: String(port),
      ...env,
    },
    stdio: ["ignore", log, log],
  });
  const ended = once(child, "exit");
  const url = `http://localhost:${port}`;
  const isReady = () =>
    fetch(`${url}/api/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`${root} does not start:\n${readFileSync(logFile, "utf8")}`);
    await pause(100);
  }
  return {
    port,
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      const grave = readFileSync(logFile, "utf8")
        .split("\n")
        .filter((line) => /"level":[56]0/.test(line));
      if (grave.length > 0) console.error(`${grave.length} errors in the server's log, first\n${grave[0]}`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a PostgreSQL and the shipped server on it, and provisions machines through our own deed. */
export async function startInstallation({
  machines,
  root = process.cwd(),
  durability = "disposable",
  env: own = {},
}: InstallationOptions): Promise<Installation> {
  const postgres = await startScratchPostgres(durability);
  const port = await freePort();
  const env = {
    DATABASE_URL: postgres.url,
    APP_SECRET: randomBytes(32).toString("base64url"),
    ORIGIN: `http://localhost:${port}`,
    // Refusing garbage is measured, too.
    TOKEN_FAILURES_PER_CLIENT: "0",
    TOKEN_FAILURES_PER_ADDRESS: "0",
    ...own,
  };
  // The bench itself may use the rooms of its own checkout.
  if (root === process.cwd()) Object.assign(process.env, env);
  const server = await startServer(env, { port, root });
  const client = await openDatabase(postgres.url);
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const postgresPid = parentOf(rows[0]?.pid ?? 0);
  await client.end();
  const { said: provisioned } = await startChild<Provisioned>("provision.ts", {
    root,
    env,
    args: [String(machines)],
  });
  return {
    ...provisioned,
    server,
    env,
    databaseUrl: postgres.url,
    postgresPid,
    async stop() {
      await runStops();
      await server.stop();
      await postgres.stop();
    },
  };
}

/**
 * Makes an empty database beside that of the installation, for others that are measured.
 * @returns its URL; what a transaction is not asked for there is PostgreSQL's own default
 */
export async function makeDatabase({ databaseUrl }: Installation, name: string): Promise<string> {
  const client = await openDatabase(databaseUrl);
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(databaseUrl);
  url.pathname = name;
  url.searchParams.set("options", "-c default_transaction_isolation=read\\ committed");
  return url.href;
}
