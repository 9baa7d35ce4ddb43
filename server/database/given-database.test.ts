import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { openDatabase } from "@/lib/database-connection";
import { awaitGivenDatabase } from "./given-database";
import { migrate } from "./migrations";

const MIGRATIONS = join(import.meta.dirname, "../../prisma/migrations");
const made: string[] = [];

const urlOf = (name: string, query = "") => {
  const url = new URL(inject("templateDatabaseUrl"));
  url.pathname = `/${name}`;
  return `${url.href}${query}`;
};

async function run(url: string, ...statements: readonly string[]): Promise<void> {
  const client = await openDatabase(url);
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function newDatabase(options = ""): Promise<string> {
  const name = `given_${randomUUID().replaceAll("-", "")}`;
  await run(urlOf("latchkey"), `CREATE DATABASE ${name} ${options}`);
  made.push(name);
  return name;
}

/** Where the tables of Latchkey are. */
async function schemasOf(name: string): Promise<string[]> {
  const client = await openDatabase(urlOf(name));
  const { rows } = await client.query<{ name: string }>(
    "SELECT DISTINCT schemaname AS name FROM pg_tables WHERE tablename IN ('signing_keys', '_prisma_migrations')",
  );
  await client.end();
  return rows.map((row) => row.name);
}

const silently = () => undefined;

let empty: string;
beforeAll(async () => {
  empty = await newDatabase();
});
afterAll(async () => {
  for (const name of made) await run(urlOf("latchkey"), `DROP DATABASE ${name} WITH (FORCE)`);
});

test("a database that cannot hold all that people write is refused before anything is written", async () => {
  const name = await newDatabase("ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
  await expect(awaitGivenDatabase(urlOf(name), silently)).rejects.toThrow(
    /has the encoding LATIN1.*ENCODING 'UTF8'/s,
  );
  await expect(awaitGivenDatabase(urlOf(empty), silently)).resolves.toBeUndefined();
});

test("a role that has a schema of its own works in public all the same", async () => {
  const name = await newDatabase();
  await run(urlOf(name), `CREATE SCHEMA latchkey`);
  await migrate(urlOf(name), MIGRATIONS);
  expect(await schemasOf(name)).toEqual(["public"]);
});

test("?schema= is where the tables are made and looked for", async () => {
  const name = await newDatabase();
  const url = urlOf(name, "?schema=Portal");
  await expect(migrate(url, MIGRATIONS)).rejects.toThrow(/no schema "Portal".*CREATE SCHEMA "Portal"/s);
  expect(await schemasOf(name)).toEqual([]);
  await run(urlOf(name), `CREATE SCHEMA "Portal"`);
  await migrate(url, MIGRATIONS);
  expect(await schemasOf(name)).toEqual(["Portal"]);
  await expect(migrate(url, MIGRATIONS)).resolves.toEqual([]);
});

test("tables that are in another schema than the URL means are not made a second time", async () => {
  const name = await newDatabase();
  await migrate(urlOf(name), MIGRATIONS);
  await run(urlOf(name), "CREATE SCHEMA portal");
  await expect(migrate(urlOf(name, "?schema=portal"), MIGRATIONS)).rejects.toThrow(
    /are in the schema "public".*Remove schema=/s,
  );
  expect(await schemasOf(name)).toEqual(["public"]);
});

test("a schema that the role may not write in is refused with what to grant", async () => {
  const name = await newDatabase();
  const url = urlOf(name, "?schema=pg_catalog");
  await expect(migrate(url, MIGRATIONS)).rejects.toThrow(/may not make tables.*GRANT ALL ON SCHEMA/s);
  expect(await schemasOf(name)).toEqual([]);
});

test("a restore of data, whose search path is empty, may fire the triggers of the record, and brings what waits only once", async () => {
  const name = await newDatabase();
  await migrate(urlOf(name), MIGRATIONS);
  const client = await openDatabase(urlOf(name));
  await client.query("SELECT set_config('search_path', '', false)");
  const event = "(gen_random_uuid(), now(), 'system', 'Latchkey', 'restored', '{}')";
  await client.query(
    `INSERT INTO public.audit_events (id, at, actor_kind, actor_name, type, details) VALUES ${event}`,
  );
  await client.query("INSERT INTO public.audit_pending SELECT * FROM public.audit_pending");
  const { rows } = await client.query("SELECT count(*)::int AS waiting FROM public.audit_pending");
  await client.end();
  expect(rows).toEqual([{ waiting: 1 }]);
});
