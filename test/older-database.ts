import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { openDatabase } from "@/lib/database-connection";
import type { WatchedClient } from "@/lib/database-loss";
import { migrate } from "@/server/database/migrations";

const FOLDER = join(import.meta.dirname, "../prisma/migrations");

/** What an older version left behind, in a database whose owner may make no extension. */
export type OlderDatabase = {
  readonly db: WatchedClient;
  /** @returns the names of the migrations that it lacked, and has now */
  readonly upgrade: () => Promise<readonly string[]>;
  readonly drop: () => Promise<void>;
};

/** @param before the name of the first migration that it lacks, or how that begins */
export async function olderDatabase(before: string): Promise<OlderDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const url = new URL(inject("templateDatabaseUrl"));
  url.pathname = `/${name}`;
  const asOwner = async (statements: readonly string[]) => {
    const other = new URL(url);
    other.pathname = "/latchkey";
    const owner = await openDatabase(other.href);
    for (const statement of statements) await owner.query(statement);
    await owner.end();
  };
  await asOwner([`CREATE DATABASE ${name}`, `REVOKE CREATE ON DATABASE ${name} FROM PUBLIC, CURRENT_USER`]);
  const place = mkdtempSync(join(tmpdir(), "latchkey-migrations-"));
  const isOlder = (path: string) =>
    path === FOLDER || path.slice(FOLDER.length + 1) < before || path.endsWith(".toml");
  cpSync(FOLDER, place, { recursive: true, filter: isOlder });
  await migrate(url.href, place);
  rmSync(place, { recursive: true });
  const db = await openDatabase(url.href);
  return {
    db,
    upgrade: () => migrate(url.href, FOLDER),
    drop: async () => {
      await db.end();
      await asOwner([`DROP DATABASE ${name}`]);
    },
  };
}
