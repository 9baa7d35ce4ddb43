import { Client } from "pg";
import { expect, test } from "vitest";
import { testDatabase } from "./database";

async function tables(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ tablename: string }>(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
  );
  await client.end();
  return rows.map((row) => row.tablename);
}

test("every test file gets a migrated database of its own", async () => {
  const [first, second] = await Promise.all([testDatabase(), testDatabase()]);
  const client = new Client({ connectionString: first.url });
  await client.connect();
  await client.query("CREATE TABLE only_in_the_first (id int)");
  await client.end();
  expect(await tables(first.url)).toContain("only_in_the_first");
  expect(await tables(second.url)).not.toContain("only_in_the_first");
  await Promise.all([first.drop(), second.drop()]);
});
