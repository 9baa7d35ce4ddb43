import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where everything lies that was logged during a test run; `npm test` ends by looking for secrets there (tools/check-logs.mjs). */
const FOLDER = join(import.meta.dirname, "../test-results/logs");

/** Keeps what a process, or the doors in a test's own process, logged. */
export function keepLog(whose: "doors" | "shipped" | "robot" | "journeys", text: string): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${whose}-${randomUUID()}.log`), text);
}

/** Begins a test run. */
export function forgetLogs(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}
