import { expect, test } from "vitest";
import { findSecrets, secretsIn } from "./check-logs.mjs";

test.each([
  ["client secret", `lks_0123456789abcdef_${"A".repeat(49)}`],
  ["JWT or JWE", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"],
  ["JWT or JWE", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXY.Y3Q.dGFn"],
  ["credentials of a request", `Basic ${"YWJj".repeat(8)}`],
  ["password in a URL", "postgresql://latchkey:abc@127.0.0.1/latchkey"],
  ["cookie", "next-auth.session-token=abc"],
  ["one-time link", "http://localhost:3000/setup#0123456789abcdefghijkl"],
  ["private key", '"d":"0123456789abcdefghijkl"'],
  ["password hash", `$2b$12$${"a".repeat(53)}`],
])("a %s in a log is found, and not repeated", (name, secret) => {
  const findings = findSecrets(`{"msg":"fine"}\n{"msg":"got ${secret}"}\n`);
  expect(findings.join()).toContain(`line 2: ${name} (`);
  expect(findings.join()).not.toContain(secret.slice(0, 20));
});

test("the passwords that tests use are looked for, whatever they look like", () => {
  const known = secretsIn(
    'const PASSWORD = "correct horse battery"; env({ APP_SECRET: "the key of a test" })',
  );
  expect(known).toEqual(["correct horse battery", "the key of a test"]);
  expect(findSecrets("nothing", known)).toEqual([]);
  expect(findSecrets("tried correct horse battery", known)).toHaveLength(1);
});

test("the link that the operator is to read on the terminal is no finding, and in the log it would be one", () => {
  const link =
    "no administrator yet; become the first one at http://localhost:3000/setup#0123456789abcdefghijkl";
  expect(findSecrets(`   1.23 s  ${link}`)).toEqual([]);
  expect(findSecrets(`{"msg":"${link}"}`)).toHaveLength(1);
});
