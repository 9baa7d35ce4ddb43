import { join } from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "@/server/database/migrations";
import { forgetLogs } from "@/test/kept-logs";
import { startScratchPostgres } from "@/tools/scratch-postgres";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the migrated database that every test file copies. */
    templateDatabaseUrl: string;
  }
}

/** Starts one PostgreSQL for the whole run and migrates the database that tests copy; returns what stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  forgetLogs();
  const postgres = await startScratchPostgres();
  const template = new URL(postgres.url);
  template.pathname = "/template_latchkey";
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query("CREATE DATABASE template_latchkey");
  await client.end();
  await migrate(template.href, join(import.meta.dirname, "../prisma/migrations"));
  project.provide("templateDatabaseUrl", template.href);
  return () => postgres.stop();
}
