import { appendFileSync, chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "@/lib/database-connection";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres";
import { awaitGivenDatabase } from "./given-database";
import { postgresUser } from "./postgres-user";

/** Signed by itself, for the name localhost and not for 127.0.0.1. */
const CERTIFICATES = join(import.meta.dirname, "../../test/certificates");
const AUTHORITY = join(CERTIFICATES, "localhost.pem");

let place: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "latchkey-encrypted-"));
  chmodSync(place, 0o711);
  const folder = join(place, "postgres");
  const user = postgresUser();
  const start = () =>
    startEmbeddedPostgres({
      folder,
      password: "a password of the test",
      user,
      binariesFolder: join(tmpdir(), `latchkey-binaries-${process.getuid?.() ?? "user"}`),
      durability: "disposable",
      report: () => undefined,
    });
  await (await start()).stop();
  for (const [from, to] of [
    ["localhost.pem", "server.crt"],
    ["localhost.key", "server.key"],
  ] as const) {
    copyFileSync(join(CERTIFICATES, from), join(folder, to));
    chmodSync(join(folder, to), 0o600);
    if (user) chownSync(join(folder, to), user.uid, user.gid);
  }
  appendFileSync(join(folder, "postgresql.conf"), "ssl = on\n");
  postgres = await start();
});

afterAll(async () => {
  await postgres.stop();
  rmSync(place, { recursive: true, force: true });
});

const at = (host: string, query: string) => `${postgres.url.replace("127.0.0.1", host)}?${query}`;

test.each([
  ["require encrypts and verifies nothing", "127.0.0.1", "sslmode=require", true],
  ["so does ssl=true, as JDBC writes it", "127.0.0.1", "ssl=true", true],
  ["require with an authority verifies it", "127.0.0.1", `sslmode=require&sslrootcert=${AUTHORITY}`, true],
  ["verify-ca verifies the authority", "127.0.0.1", `sslmode=verify-ca&sslrootcert=${AUTHORITY}`, true],
  ["verify-full verifies the name, too", "localhost", `sslmode=verify-full&sslrootcert=${AUTHORITY}`, true],
  ["disable does not encrypt", "127.0.0.1", "sslmode=disable", false],
])("sslmode is what libpq means by it: %s", async (_name, host, query, isEncrypted) => {
  const client = await openDatabase(at(host, query));
  const { rows } = await client.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  await client.end();
  expect(rows).toEqual([{ ssl: isEncrypted }]);
});

test.each([
  ["nobody we know", "localhost", "sslmode=verify-full", /sslrootcert=.*sslmode=require/s],
  [
    "another name",
    "127.0.0.1",
    `sslmode=verify-full&sslrootcert=${AUTHORITY}`,
    /another name.*sslmode=verify-ca/s,
  ],
])("a certificate of %s is refused with the ways out", async (_name, host, query, sentence) => {
  await expect(awaitGivenDatabase(at(host, query), () => undefined)).rejects.toThrow(sentence);
});

test("an encrypted connection to whoever answers is told", async () => {
  const lines: string[] = [];
  await awaitGivenDatabase(at("127.0.0.1", "sslmode=require"), (line) => lines.push(line));
  await awaitGivenDatabase(at("localhost", `sslmode=verify-full&sslrootcert=${AUTHORITY}`), (line) =>
    lines.push(line),
  );
  expect(lines).toEqual([expect.stringContaining("sslmode=verify-full")]);
});

test("a wrong password and a database that is not there blame themselves", async () => {
  const refused = (url: string) => expect(awaitGivenDatabase(url, () => undefined)).rejects;
  const url = new URL(postgres.url);
  url.password = "wr@ng/one";
  await refused(url.href).toThrow(/Check the user and the password/);
  await refused(postgres.url.replace(/latchkey$/, "nowhere")).toThrow(/CREATE DATABASE/);
});
