import { randomUUID } from "node:crypto";
import { linkSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./durable-file";
import { codeOf, Problem } from "./problem";

/** The lock of one folder; it ends with the process, or earlier with `release`. */
export type DataFolderLock = { release(): void };

/** Who holds a lock. Process ids are used again, so the time at which the process started is part of its identity where it can be known. */
type Holder = { readonly pid: number; readonly startedAt: string | null };

const filePattern = /^lock\.(\d+)$/;
const nobody: Holder = { pid: 0, startedAt: null };

/**
 * Takes the lock of `folder`, so that only one process at a time keeps a database there.
 *
 * Each holder has a file of its own, `lock.<n>`, made by link() and so by exactly one process; the highest number holds the lock, and numbers
 * only grow. A stale lock is taken over by making the next number, so there is nothing that two processes could both remove.
 *
 * @throws Problem when a live process holds the lock.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  const draft = join(folder, `lock-draft-${randomUUID()}`);
  writeDurably(draft, JSON.stringify(identify(process.pid)));
  try {
    for (;;) {
      const latest = highest(folder);
      refuseIfHeld(folder, latest);
      const mine = latest + 1;
      if (!tryLink(draft, fileOf(folder, mine))) continue;
      // Whoever was slower than a takeover and its clean-up could make a lower number anew.
      if (highest(folder) !== mine) {
        rmSync(fileOf(folder, mine), { force: true });
        continue;
      }
      removeOlder(folder, mine);
      return { release: () => writeDurably(fileOf(folder, mine), JSON.stringify(nobody)) };
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function fileOf(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}

function numbers(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const digits = filePattern.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

function highest(folder: string): number {
  return Math.max(0, ...numbers(folder));
}

function removeOlder(folder: string, than: number): void {
  for (const number of numbers(folder)) if (number < than) rmSync(fileOf(folder, number), { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function refuseIfHeld(folder: string, number: number): void {
  const holder = number === 0 ? nobody : readHolder(fileOf(folder, number));
  if (holder.pid === 0 || !isAlive(holder)) return;
  throw new Problem(
    `Latchkey already runs on ${folder} (process ${holder.pid}), and two on one folder would damage the database. ` +
      "Stop that process first, or set DATA_DIR and PORT to start another Latchkey beside it.",
  );
}

/** A file that is gone by now was removed by whoever took the next number, which the caller will meet. */
function readHolder(file: string): Holder {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return nobody;
    throw error;
  }
}

function isAlive(holder: Holder): boolean {
  const now = identify(holder.pid);
  if (holder.startedAt !== null || now.startedAt !== null) return holder.startedAt === now.startedAt;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** On Linux a process is known by the boot it belongs to and its start, in ticks since that boot; a zombie counts as gone. */
function identify(pid: number): Holder {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // The name in parentheses may hold anything, parentheses included; the fields are counted from after it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { pid, startedAt: fields[0] === "Z" || fields[0] === "X" ? null : `${boot} ${fields[19]}` };
  } catch {
    return { pid, startedAt: null };
  }
}
