import { format, stripVTControlCharacters } from "node:util";
import { log } from "@/lib/log";

const LEVELS = { debug: "debug", log: "debug", info: "debug", warn: "warn", error: "error" } as const;

/** Has what libraries print become lines of the log: one JSON object each, without what looks like a secret. */
export function consoleToLog(): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    Reflect.set(console, method, (...said: readonly unknown[]) => {
      const error = said.find((one) => one instanceof Error);
      const text = stripVTControlCharacters(format(...said.filter((one) => one !== error))).trim();
      log[level]({ event: "console", ...(error && { err: error }) }, text || error?.message);
    });
  }
}
