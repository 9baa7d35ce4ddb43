import { expect, test } from "vitest";
import { DatabaseUrlError, readDatabaseUrl } from "./database-url";

const PLAIN = { host: "db.example", user: "portal", password: "secret", database: "latchkey" };

test.each([
  ["a plain URL", "postgresql://portal:secret@db.example/latchkey", PLAIN],
  [
    "the shorter scheme and a port",
    "postgres://portal:secret@db.example:6432/latchkey",
    { ...PLAIN, port: 6432 },
  ],
  ["a raw #", "postgresql://portal:se#cret@db.example/latchkey", { ...PLAIN, password: "se#cret" }],
  ["a raw @", "postgresql://portal:se@cret@db.example/latchkey", { ...PLAIN, password: "se@cret" }],
  ["a raw ?", "postgresql://portal:se?cret@db.example/latchkey", { ...PLAIN, password: "se?cret" }],
  ["a raw :", "postgresql://portal:se:cret@db.example/latchkey", { ...PLAIN, password: "se:cret" }],
  ["raw [ and ]", "postgresql://portal:s[ecre]t@db.example/latchkey", { ...PLAIN, password: "s[ecre]t" }],
  ["a lone %", "postgresql://portal:100%secret@db.example/latchkey", { ...PLAIN, password: "100%secret" }],
  [
    "encoded characters",
    "postgresql://portal:%40%2f%23%C3%A9@db.example/latchkey",
    { ...PLAIN, password: "@/#é" },
  ],
  [
    "a plus in a parameter",
    "postgresql://portal@db.example/latchkey?password=a+b",
    { ...PLAIN, password: "a+b" },
  ],
  [
    "a socket as parameter",
    "postgresql://portal:secret@/latchkey?host=/run/postgresql",
    { ...PLAIN, host: "/run/postgresql" },
  ],
  [
    "a socket as host",
    "postgresql://portal:secret@%2Frun%2Fpostgresql/latchkey",
    { ...PLAIN, host: "/run/postgresql" },
  ],
  [
    "everything in parameters",
    "postgresql:///?host=db.example&port=6432&user=portal&password=secret&dbname=latchkey",
    { ...PLAIN, port: 6432 },
  ],
  [
    "parameters without a path",
    "postgresql://db.example?user=portal",
    { host: "db.example", user: "portal" },
  ],
  [
    "an address of IPv6",
    "postgresql://portal@[::1]:6432/latchkey",
    { host: "::1", port: 6432, user: "portal", database: "latchkey" },
  ],
  ["nothing", "postgresql://", {}],
])("%s is read as libpq reads it", (_name, url, expected) => {
  const { ssl, ...client } = readDatabaseUrl(url).client;
  expect(client).toEqual(expected);
  expect(ssl || undefined).toBeUndefined();
});

test.each([
  ["another scheme", "mysql://portal:hunter2@db.example/latchkey", /PostgreSQL URL/],
  [
    "a slash in the password",
    "postgresql://portal:hunter/2@db.example/latchkey",
    /slash in the password as %2F/,
  ],
  [
    "digits and a slash in it",
    "postgresql://portal:4242/hunter2@db.example/latchkey",
    /slash in the password as %2F/,
  ],
  [
    "an @ and a slash in it",
    "postgresql://portal:hunt@er/2@db.example/latchkey",
    /slash in the password as %2F/,
  ],
  ["no host behind the password", "postgresql://portal:hunter2", /%3A %2F %40 or %25/],
  ["a port that is none", "postgresql://portal@db.example:hunter2/latchkey", /PostgreSQL URL/],
  ["a port beyond the last", "postgresql://portal@db.example:65536/latchkey", /PostgreSQL URL/],
  ["several hosts", "postgresql://portal@one:5432,two:5432/latchkey", /several hosts/],
  ["a parameter without a value", "postgresql://portal@db.example/latchkey?hunter2", /name=value/],
  ["bytes that are no text", "postgresql://portal:%ff@db.example/latchkey", /UTF-8/],
  ["a search path", "postgresql://portal@db.example/latchkey?options=-csearch_path%3Dx", /schema=/],
  ["an unknown sslmode", "postgresql://portal@db.example/latchkey?sslmode=hunter2", /sslmode/],
  [
    "verify-ca without an authority",
    "postgresql://portal@db.example/latchkey?sslmode=verify-ca",
    /sslrootcert=/,
  ],
  [
    "a certificate that is not there",
    "postgresql://portal@db.example/latchkey?sslmode=verify-full&sslrootcert=/no/ca.pem",
    /\/no\/ca.pem/,
  ],
])("%s is refused with what to do, and nothing of a password is told", (_name, url, sentence) => {
  const read = () => readDatabaseUrl(url);
  expect(read).toThrow(DatabaseUrlError);
  expect(read).toThrow(sentence);
  expect(read).not.toThrow(/hunt|4242/);
});

test("what people are told of the place is nothing of the password", () => {
  const nameOf = (url: string) => readDatabaseUrl(url).name;
  expect(nameOf("postgresql://portal:pa@ss#wo?rd@db.example/latchkey")).toBe("db.example:5432");
  expect(nameOf("postgresql://portal:pw@/latchkey?host=/run/postgresql")).toBe("/run/postgresql");
});

test("the schema is public unless the URL names one", () => {
  expect(readDatabaseUrl("postgresql://db.example/latchkey").schema).toBe("public");
  expect(readDatabaseUrl("postgresql://db.example/latchkey?schema=portal").schema).toBe("portal");
});
