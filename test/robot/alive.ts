import { readFileSync } from "node:fs";

/**
 * Whether a process runs. One that has ended and waits for its parent to notice does not: in a container without an init,
 * orphans stay like that for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  try {
    // "pid (name) state …", and the name may hold anything.
    return !/^.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
