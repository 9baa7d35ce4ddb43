import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { openDatabase, schemaOf } from "@/lib/database-connection";
import { StartupError } from "@/server/lifecycle/startup-error";
import { requirePlaceForTables } from "./schema-place";
import { mendShiftedTimes } from "./shifted-times";

/** A step from one state of the tables to the next: a folder `<time>_<name>` with a `migration.sql`. */
type Migration = { readonly name: string; readonly script: string; readonly checksum: string };

/** The name of the newest migration in `folder`. */
export const newestMigration = (folder: string): string => readMigrations(folder).at(-1)?.name ?? "";

type AppliedMigration = { migration_name: string; checksum: string; finished_at: Date | null };

/** Any number would do; it must only be the same in every process that shares the database. */
const ADVISORY_LOCK = 4_718_206_115;
const UNDEFINED_TABLE = "42P01";

/** As Prisma's own tools make and read it. */
const TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
    logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/**
 * Brings the database to the state of the migrations in `folder`. Several processes may do so at the same time: they take turns.
 * @param folder `prisma/migrations`
 * @param report receives a line when something else was mended before
 * @returns the names of the migrations that were applied now.
 * @throws StartupError when the database was migrated by another version of Latchkey, an earlier migration failed half-way, or the tables
 *   cannot be made where they should be.
 */
export async function migrate(
  url: string,
  folder: string,
  report: (line: string) => void = () => undefined,
): Promise<string[]> {
  const migrations = readMigrations(folder);
  const client = await openDatabase(url);
  try {
    // Held by the connection, so it cannot outlive a process that is killed.
    await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK]);
    const missing = missingOf(migrations, await appliedMigrations(client));
    if (missing.length === 0) return [];
    await requirePlaceForTables(client, schemaOf(url));
    const zone = await mendShiftedTimes(client);
    if (zone !== null)
      report(`mended the times that an earlier version had written in the time zone ${zone}`);
    await client.query(TABLE);
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** In one transaction with the note that it was applied: one that fails leaves nothing behind. */
async function apply(client: Client, { name, script, checksum }: Migration): Promise<void> {
  await client.query("BEGIN");
  await client.query(script);
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
  await client.query("COMMIT");
}

/**
 * For commands beside the server, which leave migrating to its start.
 * @throws StartupError when the database is not at the state of the migrations in `folder`.
 */
export async function requireMigrated(url: string, folder: string): Promise<void> {
  const client = await openDatabase(url);
  try {
    if (missingOf(readMigrations(folder), await appliedMigrations(client)).length === 0) return;
    throw new StartupError(
      "The database has not met this version of Latchkey yet. Start the server once, then run this again.",
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The migrations in `folder`, in order. */
function readMigrations(folder: string): Migration[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const script = readFileSync(join(folder, name, "migration.sql"), "utf8");
      return { name, script, checksum: createHash("sha256").update(script).digest("hex") };
    });
}

async function appliedMigrations(client: Client): Promise<AppliedMigration[]> {
  try {
    const { rows } = await client.query<AppliedMigration>(
      "SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at",
    );
    return rows;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/** @returns the migrations that the database lacks */
function missingOf(migrations: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const known = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  for (const { migration_name: name, checksum, finished_at: finishedAt } of applied) {
    if (finishedAt === null) {
      throw new StartupError(
        `The migration ${name} failed half-way in an earlier start. Restore the database from a backup, or repair it and remove that row from _prisma_migrations, then start again.`,
      );
    }
    if (known.get(name) === undefined) {
      throw new StartupError(
        `The database was migrated by a newer Latchkey (${name}). Start that version, or restore a backup made before it.`,
      );
    }
    if (known.get(name) !== checksum) {
      throw new StartupError(
        `The migration ${name} was changed after this database had applied it. Put the file back as it was, and make the change in a new migration.`,
      );
    }
    known.delete(name);
  }
  return migrations.filter(({ name }) => known.has(name));
}
