import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { askBeacon } from "@/server/database/beacon.mjs";
import { StartupError } from "@/server/lifecycle/startup-error";

/**
 * Stops whatever PostgreSQL still runs on `folder`: the watchdog was killed together with us, or the postmaster was killed and a backend
 * lingers. The caller must hold the lock of the data folder, or it would stop somebody else's database.
 * @returns true when something had to be stopped.
 * @throws StartupError when it does not go away.
 */
export async function stopOrphans(folder: string): Promise<boolean> {
  const postmaster = postmasterOf(folder);
  if (!isAlive(postmaster) && processesIn(folder).length === 0) return false;
  // Fast shutdown writes a checkpoint; the harder ways make the next start replay its log instead, and lose nothing either.
  for (const [signal, patienceMs] of [
    ["SIGINT", 10_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    for (const pid of targets(folder, signal)) send(pid, signal);
    if (await gone(folder, patienceMs)) return true;
  }
  throw new StartupError(
    `A PostgreSQL left over from an earlier run (process ${targets(folder, "SIGKILL").join(", ")}) still uses ${folder} and cannot be stopped. Stop it, then start again.`,
  );
}

/**
 * Waits until no PostgreSQL that cannot be seen from here, because it was started in another container, uses the folder any more: its own
 * watchdog stops it when the Latchkey there has ended. The caller must hold the lock of the data folder.
 * @param beacon the name of its socket, beside the folder
 * @throws StartupError when it does not go away.
 */
export async function awaitStrangers(
  folder: string,
  beacon: string,
  report: (line: string) => void,
  patienceMs = 60_000,
): Promise<void> {
  const until = performance.now() + patienceMs;
  for (let isFirst = true; (await askBeacon(dirname(folder), beacon)) === "alive"; isFirst = false) {
    if (isFirst) report("waiting for a PostgreSQL of another container to stop");
    if (performance.now() > until)
      throw new StartupError(
        `A PostgreSQL of another container still uses ${folder}. Stop that container, then start again.`,
      );
    await delay(50);
  }
}

/**
 * Removes `postmaster.pid` when the process it names lives but has nothing to do with `folder`: after a reboot, or in a new container, the
 * number may belong to anybody, and PostgreSQL would refuse to start.
 */
export function removeMisleadingPid(folder: string): void {
  const pid = pidInFile(folder);
  if (
    pid !== undefined &&
    isAlive(pid) &&
    postmasterOf(folder) === undefined &&
    processesIn(folder).length === 0
  ) {
    rmSync(join(folder, "postmaster.pid"), { force: true });
  }
}

/** The process id of the live postmaster of `folder`; undefined when there is none. */
export function postmasterOf(folder: string): number | undefined {
  const pid = pidInFile(folder);
  return pid !== undefined && isAlive(pid) && worksIn(pid, folder) ? pid : undefined;
}

function pidInFile(folder: string): number | undefined {
  const file = join(folder, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
  return pid > 1 ? pid : undefined;
}

/** SIGINT goes to the postmaster, who tells its children; when it is dead, or must be forced, every process of the folder is told. */
function targets(folder: string, signal: "SIGINT" | "SIGQUIT" | "SIGKILL"): number[] {
  const postmaster = postmasterOf(folder);
  if (postmaster !== undefined && signal !== "SIGKILL") return [postmaster];
  return [...new Set([...(postmaster === undefined ? [] : [postmaster]), ...processesIn(folder)])];
}

async function gone(folder: string, patienceMs: number): Promise<boolean> {
  const until = Date.now() + patienceMs;
  while (postmasterOf(folder) !== undefined || processesIn(folder).length > 0) {
    if (Date.now() > until) return false;
    await delay(20);
  }
  return true;
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It went away by itself meanwhile.
  }
}

/** PostgreSQL's processes work in their data folder; without /proc, the command line names it. */
function worksIn(pid: number, folder: string): boolean {
  if (existsSync("/proc/self/cwd")) return standsIn(pid, folder) && runsPostgres(pid);
  const { stdout } = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.includes(folder);
}

function processesIn(folder: string): number[] {
  if (!existsSync("/proc/self/cwd")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => standsIn(pid, folder) && runsPostgres(pid));
}

/** A shell or an editor may stand in the data folder too. */
function runsPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "postgres";
  } catch {
    return false;
  }
}

/** The folder itself is compared: another container's folder may have the same path. */
function standsIn(pid: number, folder: string): boolean {
  try {
    const [there, here] = [`/proc/${pid}/cwd`, folder].map((path) => statSync(path, { bigint: true }));
    return there?.ino === here?.ino && there?.dev === here?.dev;
  } catch {
    return false;
  }
}
