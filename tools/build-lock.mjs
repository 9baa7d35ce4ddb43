import { mkdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { takeLock } from "../server/database/folder-lock.mjs";

/** A build did not succeed; the message holds what a step of it said, or what to do. */
export class BuildError extends Error {}

/**
 * Runs `work` while no other build of the same name runs in that folder, in whichever container; waits for its turn.
 *
 * @template T
 * @param {string} folder made when missing
 * @param {string} name of the lock
 * @param {() => void} onWait called once when another build runs
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {BuildError} when the folder cannot be written
 */
export async function oneBuildAtATime(folder, name, onWait, work) {
  for (let told = false; ; told = true) {
    const lock = await tryLock(folder, name);
    if (lock) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (!told) onWait();
    await pause(200);
  }
}

async function tryLock(folder, name) {
  try {
    mkdirSync(folder, { recursive: true });
    const taken = await takeLock(folder, name);
    return "release" in taken ? taken : null;
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(error.code)) throw error;
    throw new BuildError(
      `This Latchkey must be built first, and ${folder} cannot be written. Run "npm run build" as the user who owns that folder.`,
    );
  }
}
