import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databasePool, openDatabase, schemaOf } from "@/lib/database-connection";
import { PrismaClient } from "@/lib/generated/prisma/client";
import { type TestDatabase, testDatabase } from "./database";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** What a database, a role in it, or the server has set for whoever connects. */
async function settleElsewhere(settings: Readonly<Record<string, string>>): Promise<void> {
  const client = await openDatabase(database.url);
  const name = new URL(database.url).pathname.slice(1);
  await client.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} RESET ALL`);
  for (const [setting, value] of Object.entries(settings))
    await client.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET ${setting} = '${value}'`);
  await client.end();
}

const EXPIRES_AT = new Date("2026-11-27T14:30:00.125Z");

test.each([
  { timezone: "America/New_York" },
  { timezone: "Asia/Tokyo" },
  { timezone: "Europe/Berlin" },
  { timezone: "Asia/Kolkata" },
  { datestyle: "German, DMY", timezone: "Europe/Berlin" },
  { datestyle: "SQL, DMY", intervalstyle: "sql_standard", bytea_output: "escape" },
  { search_path: "nowhere", standard_conforming_strings: "off", client_encoding: "LATIN1" },
])("an instant is the same whoever writes and reads it where the session has %o", async (settings) => {
  await settleElsewhere(settings);
  const pool = databasePool(database.url, { max: 2 });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { schema: schemaOf(database.url) }) });
  const slug = `at-${Object.values(settings).join("-")}`;
  await prisma.tenant.create({ data: { slug, name: "Zürich \\ é", createdAt: EXPIRES_AT } });

  const { rows } = await pool.query(
    "SELECT created_at, extract(epoch FROM created_at)::float8 AS seconds, created_at > $2 AS is_later FROM tenants WHERE slug = $1",
    [slug, new Date(EXPIRES_AT.getTime() - 1)],
  );
  expect(rows).toEqual([{ created_at: EXPIRES_AT, seconds: EXPIRES_AT.getTime() / 1000, is_later: true }]);
  const read = await prisma.tenant.findUniqueOrThrow({ where: { slug } });
  expect(read).toMatchObject({ createdAt: EXPIRES_AT, name: "Zürich \\ é" });
  await prisma.$disconnect();
  await pool.end();
});
