import { readdirSync, readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const TICKS_A_SECOND = 100;

type Process = { readonly pid: number; readonly parentPid: number; readonly ticks: number };

/** @returns the process, with the time of children that it has already buried; null when it is gone */
function readProcess(pid: number): Process | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
      .map(Number);
    const [utime = 0, stime = 0, childrensUtime = 0, childrensStime = 0] = fields.slice(11);
    return { pid, parentPid: fields[1] ?? 0, ticks: utime + stime + childrensUtime + childrensStime };
  } catch {
    return null;
  }
}

export const parentOf = (pid: number): number => readProcess(pid)?.parentPid ?? 0;

/** @returns the process and everything under it */
function treeOf(root: number): readonly Process[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const tree = new Map(all.filter(({ pid }) => pid === root).map((process) => [process.pid, process]));
  // A child may have a smaller number than its parent, so once through is not enough.
  for (let before = 0; before < tree.size; ) {
    before = tree.size;
    for (const process of all) if (tree.has(process.parentPid)) tree.set(process.pid, process);
  }
  return [...tree.values()];
}

/** @returns processor time of a process and everything under it so far, in seconds */
export const processorSeconds = (pid: number): number =>
  treeOf(pid).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_A_SECOND;

/** @returns resident memory of one process, in MiB */
export const residentMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
