import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { folderProblem, StartupError } from "@/server/lifecycle/startup-error";
import { type DataFolderLock, lockDataFolder } from "./data-folder-lock";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres";
import { type KeptSettings, keepSettings, keptSettings } from "./kept-settings";
import { canReach, type PostgresUser, postgresUser } from "./postgres-user";

/** The embedded database of one data folder, running. */
export type EmbeddedDatabase = {
  readonly url: string;
  /** Shuts the database down and gives the data folder free. */
  stop(): Promise<void>;
};

/** A place that an OS user other than root can reach; root's own folders often are not. */
const SHARED_PLACE = "/var/lib/latchkey";

/**
 * Starts the database of `dataDir`, made on the first start, under the folder's lock.
 * @param report receives a line for the operator now and then
 * @throws StartupError when it cannot run, with what to do.
 */
export async function startEmbeddedDatabase(
  dataDir: string,
  report: (line: string) => void,
): Promise<EmbeddedDatabase> {
  if (process.platform === "win32") {
    throw new StartupError(
      "The embedded database runs on Linux and macOS. On Windows, start Latchkey in WSL, or set DATABASE_URL to a PostgreSQL of your own.",
    );
  }
  const locks: DataFolderLock[] = [];
  const release = () => {
    for (const lock of locks.splice(0)) lock.release();
  };
  try {
    const user = postgresUser();
    // Root's PostgreSQL runs as another user, who must be able to pass through; the files inside are closed to all but their owner.
    mkdirSync(dataDir, { recursive: true, mode: user === undefined ? 0o700 : 0o711 });
    locks.push(await lockDataFolder(dataDir, report));
    const settings = keptSettings(dataDir);
    const folder = databaseFolder(realpathSync(dataDir), settings, user);
    if (dirname(folder) !== realpathSync(dataDir)) {
      if (settings.databaseFolder === undefined)
        keepSettings(dataDir, { ...settings, databaseFolder: folder });
      mkdirSync(dirname(folder), { recursive: true, mode: 0o711 });
      locks.push(await lockDataFolder(dirname(folder), report));
      report(`the database is kept in ${folder}, because the system user "postgres" cannot enter ${dataDir}`);
    }
    refuseForeign(folder, user, settings.databaseMade);
    const postgres = await startEmbeddedPostgres({
      folder,
      password: settings.databasePassword,
      user,
      binariesFolder: user === undefined ? dataDir : SHARED_PLACE,
      report,
    });
    if (!settings.databaseMade) keepSettings(dataDir, { ...keptSettings(dataDir), databaseMade: true });
    return { url: postgres.url, stop: () => stopAll(postgres, release) };
  } catch (error) {
    release();
    throw folderProblem(error, dataDir);
  }
}

async function stopAll(postgres: EmbeddedPostgres, release: () => void): Promise<void> {
  await postgres.stop();
  release();
}

/**
 * A folder inside the data folder is not written down, so that the data folder can be moved. The random part makes a data folder that was removed and made
 * again start with an empty database, as it does everywhere else.
 */
function databaseFolder(dataDir: string, settings: KeptSettings, user: PostgresUser): string {
  if (settings.databaseFolder !== undefined) return settings.databaseFolder;
  if (settings.databaseMade || canReach(user, dataDir)) return join(dataDir, "postgres");
  const name = `${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}-${randomBytes(4).toString("hex")}`;
  return join(SHARED_PLACE, name, "postgres");
}

function refuseForeign(folder: string, user: PostgresUser, made: boolean): void {
  if (!existsSync(folder)) {
    if (!made) return;
    throw new StartupError(
      `The database of this data folder should be in ${folder}, and is not there. Put it back; to begin with an empty one instead, remove settings.json from the data folder too.`,
    );
  }
  const owner = statSync(folder).uid;
  if (owner === (user?.uid ?? process.getuid?.())) return;
  throw new StartupError(
    `The database in ${folder} belongs to another user (id ${owner}). Start Latchkey as the user who started it first, or give that folder to the present one.`,
  );
}
