import { availableParallelism } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "@/lib/database-connection";
import { type ScratchPostgres, startScratchPostgres } from "@/tools/scratch-postgres";
import { processCount } from "./process-count";

let postgres: ScratchPostgres;
beforeAll(async () => {
  postgres = await startScratchPostgres();
});
afterAll(() => postgres?.stop());

const reported: string[] = [];
const count = (asked: number | "auto", connectionsEach = 17, isEmbedded = false) =>
  processCount({
    asked,
    databaseUrl: postgres.url,
    isEmbedded,
    connectionsEach,
    report: (line) => reported.push(line),
  });

test("as many as PostgreSQL has connections for are served by, and no more", async () => {
  expect(await count(5)).toBe(5);
  await expect(count(6)).rejects.toThrow(
    /PROCESSES cannot be 6, because each needs 17 connections, and the PostgreSQL at .* lets 97 in, .* Set it to 5 or less, or let more in/,
  );
  await expect(count(6, 17, true)).rejects.toThrow(/the embedded PostgreSQL lets 97 in, .* 5 or less\.$/);
});

test("auto is the cores, less one for an embedded database, and less where fewer fit", async () => {
  const cores = availableParallelism();
  expect(await count("auto", 1)).toBe(cores);
  expect(await count("auto", 1, true)).toBe(Math.max(1, cores - 1));
  expect(reported).toEqual([]);
  expect(await count("auto", 90)).toBe(1);
  expect(reported).toHaveLength(cores > 1 ? 1 : 0);
});

test("a limit of the database counts", async () => {
  const client = await openDatabase(postgres.url);
  const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
  await client.query(`ALTER DATABASE "${rows[0]?.name}" CONNECTION LIMIT 50`);
  await client.end();
  await expect(count(3)).rejects.toThrow(/lets 50 in, .* Set it to 2 or less/);
});
