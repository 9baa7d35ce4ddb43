import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { databasePool } from "@/lib/database-connection";
import { migrate } from "@/server/database/migrations";
import { DescribingPg } from "./describing-adapter";
import { openSchemaEngine } from "./schema-engine";
import { startScratchPostgres } from "./scratch-postgres";

/**
 * Writes the migration that leads from the migrations so far to `prisma/schema.prisma`.
 *
 * @param root the repository
 * @param name of the migration, in words joined by underscores
 * @returns the path of the written file, or undefined when nothing has changed.
 */
export async function makeMigration(root: string, name: string): Promise<string | undefined> {
  const folder = join(root, "prisma/migrations");
  const path = join(root, "prisma/schema.prisma");
  const postgres = await startScratchPostgres();
  try {
    await migrate(postgres.url, folder);
    const script = await difference(postgres.url, { path, content: readFileSync(path, "utf8") });
    if (script === undefined) return undefined;
    const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
    const file = join(folder, `${stamp}_${name}`, "migration.sql");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, script);
    writeFileSync(join(folder, "migration_lock.toml"), 'provider = "postgresql"\n');
    return file;
  } finally {
    await postgres.stop();
  }
}

async function difference(
  url: string,
  schema: { path: string; content: string },
): Promise<string | undefined> {
  const pool = databasePool(url, { max: 2 });
  const engine = await openSchemaEngine(new DescribingPg(pool), [[schema.path, schema.content]]);
  try {
    const { stdout } = await engine.diff({
      from: { tag: "schemaDatasource", files: [schema], configDir: dirname(schema.path) },
      to: { tag: "schemaDatamodel", files: [schema] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout === null || /^\s*(-- This is an empty migration\.\s*)?$/.test(stdout) ? undefined : stdout;
  } finally {
    engine.free();
    await pool.end();
  }
}
