import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { StartupError } from "@/server/lifecycle/startup-error";
import { syncFolder } from "./durable-file";
import type { PostgresBinaries } from "./postgres-binaries";
import type { PostgresUser } from "./postgres-user";

/** Name of the database and of the role that owns it. */
export const DATABASE_NAME = "latchkey";

/** @returns the connection URL of that database on this machine. */
export const databaseUrl = (password: string, port: number) =>
  `postgresql://${DATABASE_NAME}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE_NAME}`;

const MAJOR_VERSION = "18";

/**
 * Makes a PostgreSQL data folder with the database and its owner, unless it is there. All of it happens in a temporary folder beside, which
 * is renamed into place at the end: a start that is killed half-way leaves nothing half made.
 * @param folder the data folder to make
 * @param password of the role `latchkey`; the superuser gets a random one that nobody keeps
 * @throws StartupError when the disk is full, or the folder is of another major version of PostgreSQL.
 */
export async function makeCluster(
  folder: string,
  password: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
): Promise<void> {
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(`${basename(folder)}.making-`))
      rmSync(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 5 });
  }
  if (existsSync(folder)) return checkVersion(folder);

  if (user === undefined) refuseNameless();
  const making = `${folder}.making-${process.pid}`;
  const data = join(making, "data");
  const passwordFile = join(making, "password");
  mkdirSync(making, { mode: 0o700 });
  writeFileSync(passwordFile, randomBytes(32).toString("base64url"), { mode: 0o600 });
  if (user) for (const path of [making, passwordFile]) chownSync(path, user.uid, user.gid);
  try {
    const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
    await run(
      binaries.initdb,
      [
        "-D",
        data,
        "-U",
        "postgres",
        "--auth=scram-sha-256",
        `--pwfile=${passwordFile}`,
        "--data-checksums",
        ...locale,
      ],
      "",
      user,
    );
    // Single-user mode reads one command a line and needs no port, so nobody can connect to a half-made cluster.
    const commands = [
      `CREATE ROLE ${DATABASE_NAME} LOGIN CREATEDB PASSWORD '${password}'`,
      `CREATE DATABASE ${DATABASE_NAME} OWNER ${DATABASE_NAME}`,
    ];
    await run(
      binaries.postgres,
      ["--single", "-j", "-D", data, "postgres"],
      `${commands.join(";\n\n")};\n\n`,
      user,
    );
    renameSync(data, folder);
    syncFolder(dirname(folder));
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** PostgreSQL looks up the name of the user who makes a database, and of nobody afterwards. */
function refuseNameless(): void {
  try {
    userInfo();
  } catch {
    const uid = process.getuid?.();
    throw new StartupError(
      `The user id ${uid} has no name on this system, and PostgreSQL makes a database only for a user who has one. ` +
        `Add a line for it to /etc/passwd ("latchkey:x:${uid}:${process.getgid?.()}::/:/sbin/nologin"), start Latchkey as a user who has one, or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

function checkVersion(folder: string): void {
  const version = readFileSync(join(folder, "PG_VERSION"), "utf8").trim();
  if (version === MAJOR_VERSION) return;
  throw new StartupError(
    `The database in ${folder} was made by PostgreSQL ${version}, and this Latchkey brings PostgreSQL ${MAJOR_VERSION}. ` +
      "Dump it with the Latchkey that made it, and load it into a new data folder.",
  );
}

function run(program: string, args: readonly string[], input: string, user: PostgresUser): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...user,
      cwd: "/",
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV, LC_ALL: "C", TZ: "UTC" },
    });
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text));
    child.stderr.on("data", (text: Buffer) => (said += text));
    child.on("error", reject);
    child.on("close", (code) => {
      const failed = code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(said);
      if (failed) reject(makingProblem(program, said));
      else resolve();
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

function makingProblem(program: string, said: string): StartupError {
  if (/No space left on device|Disk quota exceeded/.test(said)) {
    return new StartupError(
      "The database could not be made because the disk is full. Free some space, or set DATA_DIR to a folder on another disk.",
    );
  }
  const reason =
    said.match(/^.*\b(?:error|ERROR|FATAL|PANIC):.*$/m)?.[0] ?? said.trim().split("\n").at(-1) ?? "";
  return new StartupError(
    `${basename(program)} could not make the database: ${reason.trim()}. Put that right, or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}
