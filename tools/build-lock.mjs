import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Runs `work` while no other build of the same folder runs; waits for its turn.
 *
 * @template T
 * @param {string} file the lock
 * @param {() => void} onWait called once when another build runs
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneBuildAtATime(file, onWait, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !take(file); ) {
    if (!told) onWait();
    told = true;
    await delay(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  // A build that was killed leaves its lock; a build only writes what another would write too, so a rare double is harmless.
  if (!isAlive(readPid(file))) rmSync(file, { force: true });
  return false;
}

function readPid(file) {
  try {
    return Number(readFileSync(file, "utf8")) || process.ppid;
  } catch {
    return process.ppid;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
