import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MigrationList } from "@prisma/schema-engine-wasm";
import type { Client } from "pg";
import { databasePool, openDatabase, schemaOf } from "@/lib/database-connection";
import { Problem } from "./problem";
import { openSchemaEngine } from "./schema-engine";
import { requirePlaceForTables } from "./schema-place";
import { ScriptPg } from "./script-adapter";
import { mendShiftedTimes } from "./shifted-times";

/** The name of the newest migration in `folder`. */
export const newestMigration = (folder: string): string =>
  readMigrations(folder).migrationDirectories.at(-1)?.path ?? "";

type AppliedMigration = { migration_name: string; checksum: string; finished_at: Date | null };

/** Any number would do; it must only be the same in every process that shares the database. */
const advisoryLock = 4_718_206_115;
const undefinedTable = "42P01";

/**
 * Brings the database to the state of the migrations in `folder`. Several processes may do so at the same time: they take turns.
 *
 * @param folder `prisma/migrations`
 * @param report receives a line when something else was mended before
 * @returns the names of the migrations that were applied now.
 * @throws Problem when the database was migrated by another version of Latchkey, an earlier migration failed half-way, or the tables
 *   cannot be made where they should be.
 */
export async function migrate(
  url: string,
  folder: string,
  report: (line: string) => void = () => undefined,
): Promise<string[]> {
  const list = readMigrations(folder);
  const client = await openDatabase(url);
  try {
    // Held by the connection, so it cannot outlive a process that is killed.
    await client.query("SELECT pg_advisory_lock($1)", [advisoryLock]);
    if (isCurrent(list, await appliedMigrations(client))) return [];
    await requirePlaceForTables(client, schemaOf(url));
    const zone = await mendShiftedTimes(client);
    if (zone !== null)
      report(`mended the times that an earlier version had written in the time zone ${zone}`);
    const pool = databasePool(url, { max: 2 });
    const engine = await openSchemaEngine(new ScriptPg(pool, { schema: schemaOf(url) }));
    try {
      const done = await engine.applyMigrations({
        migrationsList: list,
        filters: { externalTables: [], externalEnums: [] },
      });
      return done.appliedMigrationNames;
    } finally {
      engine.free();
      await pool.end();
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * For commands beside the server, which leave migrating to its start.
 *
 * @throws Problem when the database is not at the state of the migrations in `folder`.
 */
export async function requireMigrated(url: string, folder: string): Promise<void> {
  const client = await openDatabase(url);
  try {
    if (isCurrent(readMigrations(folder), await appliedMigrations(client))) return;
    throw new Problem(
      "The database has not met this version of Latchkey yet. Start the server once, then run this again.",
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * The migrations in `folder`, in order, as the schema engine wants them.
 */
export function readMigrations(folder: string): MigrationList {
  const names = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort()
    : [];
  const lockFile = join(folder, "migration_lock.toml");
  return {
    baseDir: folder,
    lockfile: {
      path: "migration_lock.toml",
      content: existsSync(lockFile) ? readFileSync(lockFile, "utf8") : null,
    },
    shadowDbInitScript: "",
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: readFileSync(join(folder, path, "migration.sql"), "utf8") },
      },
    })),
  };
}

async function appliedMigrations(client: Client): Promise<AppliedMigration[]> {
  try {
    const { rows } = await client.query<AppliedMigration>(
      "SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at",
    );
    return rows;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === undefinedTable) return [];
    throw error;
  }
}

/** Whether there is nothing to do. Asking first spares a start with nothing new the loading of the engine. */
function isCurrent(list: MigrationList, applied: readonly AppliedMigration[]): boolean {
  const known = new Map(
    list.migrationDirectories.map((directory) => [
      directory.path,
      checksum(directory.migrationFile.content.value),
    ]),
  );
  for (const { migration_name: name, checksum: appliedSum, finished_at: finishedAt } of applied) {
    if (finishedAt === null) {
      throw new Problem(
        `The migration ${name} failed half-way in an earlier start. Restore the database from a backup, or repair it and remove that row from _prisma_migrations, then start again.`,
      );
    }
    if (known.get(name) === undefined) {
      throw new Problem(
        `The database was migrated by a newer Latchkey (${name}). Start that version, or restore a backup made before it.`,
      );
    }
    if (known.get(name) !== appliedSum) {
      throw new Problem(
        `The migration ${name} was changed after this database had applied it. Put the file back as it was, and make the change in a new migration.`,
      );
    }
  }
  return applied.length === known.size;
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
