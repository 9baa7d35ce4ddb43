import { mkdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { takeLock } from "../server/folder-lock.mjs";

/**
 * Runs `work` while no other build of the same name runs in that folder, in whichever container; waits for its turn.
 *
 * @template T
 * @param {string} folder made when missing
 * @param {string} name of the lock
 * @param {() => void} onWait called once when another build runs
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
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
  mkdirSync(folder, { recursive: true });
  const taken = await takeLock(folder, name);
  return "release" in taken ? taken : null;
}
