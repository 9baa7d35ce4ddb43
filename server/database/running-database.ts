import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type KeptSettings, keptSettings } from "./kept-settings";
import { databaseUrl } from "./postgres-making";
import { postmasterOf } from "./postgres-orphans";

/** PostgreSQL writes its port in the fourth line of `postmaster.pid`. */
const PORT_LINE = 3;

/**
 * Finds the embedded database of a data folder while Latchkey runs on it.
 * @returns null when no PostgreSQL runs there.
 */
export function runningDatabase(dataDir: string): { url: string; settings: KeptSettings } | null {
  const settings = keptSettings(dataDir);
  const folder = settings.databaseFolder ?? join(dataDir, "postgres");
  if (postmasterOf(folder) === undefined) return null;
  const port = Number(readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n")[PORT_LINE]);
  return port > 0 ? { url: databaseUrl(settings.databasePassword, port), settings } : null;
}
