import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keptSettings } from "./kept-settings";
import { databaseName } from "./postgres-making";
import { postmasterOf } from "./postgres-orphans";
import { Problem } from "./problem";

/** An embedded database that another process keeps running. */
export type RunningDatabase = { readonly url: string; readonly appSecret: string };

/** PostgreSQL's `postmaster.pid` says in its fourth line on which port it listens. */
const PORT_LINE = 3;

/**
 * Finds the embedded database of a data folder while Latchkey runs on it.
 *
 * @returns how to reach it; undefined when it does not run
 * @throws Problem when the folder belongs to no Latchkey
 */
export function runningDatabase(dataDir: string): RunningDatabase | undefined {
  if (!existsSync(join(dataDir, "settings.json"))) {
    throw new Problem(
      `There is no Latchkey in ${dataDir}. Run this where Latchkey is started, or set DATA_DIR or DATABASE_URL as they are set for it.`,
    );
  }
  const settings = keptSettings(dataDir);
  const folder = settings.databaseFolder ?? join(dataDir, "postgres");
  if (postmasterOf(folder) === undefined) return undefined;
  const port = readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n")[PORT_LINE]?.trim();
  const password = encodeURIComponent(settings.databasePassword);
  return {
    url: `postgresql://${databaseName}:${password}@127.0.0.1:${port}/${databaseName}`,
    appSecret: settings.appSecret,
  };
}
