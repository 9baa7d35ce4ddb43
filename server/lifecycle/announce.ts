import { flushLog } from "@/lib/log";

// Whoever read our output may be gone; that is no reason to stop serving robots.
process.stdout.on("error", () => undefined);

/** Prints one line for the operator, with the seconds since the process began. */
export function announce(line: string): void {
  flushLog();
  process.stdout.write(`${(performance.now() / 1000).toFixed(2).padStart(7)} s  ${line}\n`);
}
