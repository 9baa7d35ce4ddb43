import pino from "pino";
import { beforeEach, expect, test } from "vitest";
import { log, logRefusal, REFUSALS } from "./log";

const lines: string[] = [];
Reflect.set(log, pino.symbols.streamSym, { write: (line: string) => lines.push(line) });
log.level = "trace";
beforeEach(() => {
  lines.length = 0;
});

const SECRET = `lks_0123456789abcdef_${"A".repeat(43)}012345`;
const TOKEN = `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.${"s".repeat(86)}`;
const SIGN_IN_COOKIE = `eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..${"i".repeat(16)}.${"c".repeat(80)}.${"t".repeat(22)}`;

test.each<[string, Record<string, unknown>]>([
  ["a field by its name", { password: "hunter2hunter2" }],
  ["a field deep inside", { body: [{ form: { newPassword: "hunter2hunter2", client_secret: "hunter2" } }] }],
  [
    "headers",
    { headers: { cookie: "a=hunter2", authorization: "Basic hunter2", "set-cookie": ["hunter2"] } },
  ],
  ["an assertion", { client_assertion: "hunter2" }],
  ["bytes", { row: { value: Buffer.from("hunter2") } }],
  [
    "what hangs on an error",
    { err: Object.assign(new Error("no"), { token: "hunter2", request: { cookies: "hunter2" } }) },
  ],
])("%s is not logged", (_what, fields) => {
  log.error(fields, "something");
  expect(lines.join("")).toContain("something");
  expect(lines.join("")).not.toMatch(/hunter2|104,\s*117/);
});

test.each([
  ["a client secret", SECRET],
  ["an access token", TOKEN],
  ["a sign-in cookie", `__Host-next-auth.session-token=${SIGN_IN_COOKIE}; Path=/`],
  ["a Basic pair", `Basic ${Buffer.from("client:secret-of-a-client").toString("base64")}`],
  ["a Bearer token that is no JWT", "Bearer some-opaque-token-0123456789"],
  ["a database URL", "postgresql://latchkey:hunter2@db:5432/latchkey"],
  ["a set-up link", "http://localhost:3000/setup#0123456789abcdefghijklmnop"],
  ["a known browser", "latchkey.known-browser=abcdefgh.ijklmnop"],
])("%s is removed wherever it stands", (_what, secret) => {
  log.info({ path: `/x/${secret}`, list: [secret] }, `said ${secret}`);
  log.error({ err: new Error(`failed with ${secret}`, { cause: new Error(secret) }) }, "failed");
  const said = lines.join("");
  expect(said.match(/\[removed\]/g)?.length).toBeGreaterThanOrEqual(5);
  for (const part of [
    SECRET,
    TOKEN,
    SIGN_IN_COOKIE,
    "hunter2",
    "some-opaque",
    "Y2xpZW50",
    "abcdefgh.",
    "abcdefghij",
  ]) {
    expect(said).not.toContain(part);
  }
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
});

test("what is public stays", () => {
  const fields = { secretId: "0123456789abcdef", tokenId: "t", reason: "wrong secret", clientId: "c" };
  log.info(fields, "the token endpoint says no");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ ...fields, msg: "the token endpoint says no" });
});

test("a flood of refusals is cut, and the log says by how much", async () => {
  let asked = 0;
  const refuse = (times: number) => {
    for (let done = 0; done < times; done += 1, asked += 1)
      logRefusal(() => ({ event: "robot.refused" }), "refused");
  };
  refuse(10 * REFUSALS.burst);
  expect(lines.length).toBeLessThan(2 * REFUSALS.burst);
  const leftOut = () => lines.map((line) => (JSON.parse(line) as { leftOut?: number }).leftOut ?? 0);
  const said = () => lines.filter((line) => line.includes("robot.refused")).length;
  await expect
    .poll(() => {
      refuse(1);
      return said() + leftOut().reduce((sum, one) => sum + one, 0) - asked;
    })
    .toBe(0);
});
