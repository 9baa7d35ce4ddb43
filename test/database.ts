import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { Client } from "pg";
import { inject } from "vitest";

/** A migrated, empty database of its own. */
export type TestDatabase = {
  readonly url: string;
  /** Removes it; connections that are still open are cut. */
  drop(): Promise<void>;
};

/**
 * Makes a copy of the migrated template for the calling test file (some 30 ms), so that files cannot see each other's rows.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const url = new URL(inject("templateDatabaseUrl"));
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await command(`CREATE DATABASE ${name} TEMPLATE template_latchkey STRATEGY file_copy`);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropDatabase(name) };
}

/** While autovacuum looks at the database, only a superuser may end that; it is over in a moment. */
async function dropDatabase(name: string): Promise<void> {
  for (let triesLeft = 50; ; triesLeft -= 1) {
    try {
      return await command(`DROP DATABASE ${name} WITH (FORCE)`);
    } catch (error) {
      if (!/permission denied to terminate process/.test(String(error)) || triesLeft === 0) throw error;
      await setTimeout(100);
    }
  }
}

async function command(sql: string): Promise<void> {
  const administrative = new URL(inject("templateDatabaseUrl"));
  administrative.pathname = "/latchkey";
  const client = new Client({ connectionString: administrative.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
