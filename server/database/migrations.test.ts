import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openDatabase } from "@/lib/database-connection";
import { testDatabase } from "@/test/database";
import { migrate } from "./migrations";

const folder = mkdtempSync(join(tmpdir(), "latchkey-migrations-"));
cpSync(join(import.meta.dirname, "../../prisma/migrations"), folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, script: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "migration.sql"), script);
}

test("a migration that fails leaves nothing behind, keeps those before it, and may be mended and tried again", async () => {
  const { url, drop } = await testDatabase();
  const client = await openDatabase(url);
  const tables = async () =>
    (await client.query("SELECT relname FROM pg_class WHERE relname IN ('first', 'half') ORDER BY 1")).rows;
  write("99990101000000_first", "CREATE TABLE first (id int);");
  write("99990101000001_half", "CREATE TABLE half (id int); SELECT 1 / 0;");
  await expect(migrate(url, folder)).rejects.toThrow(/division by zero/);
  expect(await tables()).toEqual([{ relname: "first" }]);
  write("99990101000001_half", "CREATE TABLE half (id int); -- a comment; with a semicolon");
  const both = [migrate(url, folder), migrate(url, folder)];
  expect((await Promise.all(both)).flat()).toEqual(["99990101000001_half"]);
  expect(await tables()).toEqual([{ relname: "first" }, { relname: "half" }]);
  write("99990101000000_first", "CREATE TABLE other (id int);");
  await expect(migrate(url, folder)).rejects.toThrow(/99990101000000_first was changed/);
  await client.end();
  await drop();
});
