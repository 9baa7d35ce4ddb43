import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { readiness } from "@/lib/readiness";
import { newestMigration } from "@/server/database/migrations";
import { call, databaseUrl, logLines, prisma, way } from "@/test/world";

let operator: Client;
beforeAll(async () => {
  readiness().newestMigration = newestMigration(join(import.meta.dirname, "../../prisma/migrations"));
  operator = new Client({ connectionString: databaseUrl });
  await operator.connect();
});
afterAll(() => operator.end());

const SLOW = { interval: 100 };
async function ready() {
  const response = await call("GET", "/api/health/ready");
  const { reason = "ready" } = (await response.json()) as { reason?: string };
  return [response.status, response.headers.get("retry-after"), reason];
}
const READY = [200, null, "ready"];
const notReady = (reason: string) => [503, "2", reason];
const said = (words: RegExp) => logLines.filter((line) => words.test(line)).length;

test("a process is ready that can read, write and sign", async () => {
  expect(await ready()).toEqual(READY);
});

test("it is not while the database is read only, as a standby is, and is again afterwards", async () => {
  const name = new URL(databaseUrl).pathname.slice(1);
  await operator.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await operator.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'latchkey' AND datname = current_database()",
  );
  await expect.poll(ready, SLOW).toEqual(notReady("database"));
  // By now a connection has been opened that is read only itself, whatever the database is later.
  expect(await ready()).toEqual(notReady("database"));
  await operator.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
  await expect.poll(ready, SLOW).toEqual(READY);
});

test("it is not while the disk is full, which the log says once", async () => {
  // PostgreSQL's own error, at the place where a full disk shows: reading goes on.
  await operator.query(`
    CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER no_space BEFORE INSERT OR UPDATE ON hearing FOR EACH ROW EXECUTE FUNCTION no_space()`);
  await expect.poll(ready, SLOW).toEqual(notReady("database"));
  expect(await ready()).toEqual(notReady("database"));
  expect(said(/disk is full/)).toBe(1);
  await operator.query("DROP FUNCTION no_space CASCADE");
  expect(await ready()).toEqual(READY);
  expect(said(/takes writes again/)).toBeGreaterThan(0);
});

test("it is not while nothing can be signed", async () => {
  const keys = await prisma().signingKey.findMany();
  await prisma().signingKey.deleteMany();
  forgetSigningKeys();
  expect(await ready()).toEqual(notReady("keys"));
  await prisma().signingKey.createMany({
    data: keys.map(({ publicJwk, ...key }) => ({
      ...key,
      publicJwk: publicJwk as object,
      encryptedKey: Buffer.alloc(60),
    })),
  });
  forgetSigningKeys();
  expect(await ready()).toEqual(notReady("keys"));
  for (const { kid, encryptedKey } of keys)
    await prisma().signingKey.update({ where: { kid }, data: { encryptedKey } });
  forgetSigningKeys();
  expect(await ready()).toEqual(READY);
});

test("a question that stays without an answer is forgotten: it is ready as soon as the database speaks again", async () => {
  way.freeze();
  for (let time = 0; time < 3; time += 1) expect(await ready()).toEqual(notReady("database"));
  way.thaw();
  await expect.poll(ready, SLOW).toEqual(READY);
});
