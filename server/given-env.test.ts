import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EnvironmentError } from "@/lib/env";
import { SECRET_VARIABLES, takeSecretFiles } from "@/server/given-env";

const folder = mkdtempSync(join(tmpdir(), "latchkey-secrets-"));
const fileOf = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

/** @returns what is wrong with the environment */
function problemsOf(source: NodeJS.ProcessEnv): readonly string[] {
  try {
    takeSecretFiles(source);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
}

test("each secret may stand in a file, with or without the line end that editors leave", () => {
  for (const name of SECRET_VARIABLES) {
    for (const end of ["", "\n", "\r\n"]) {
      const source = { [`${name}_FILE`]: fileOf("one", `  pass word\n2${end}`), NODE_ENV: "test" as const };
      takeSecretFiles(source);
      expect(source).toEqual({ [name]: "  pass word\n2", NODE_ENV: "test" });
    }
  }
});

test("an empty variable counts as missing, that of the file too", () => {
  const source = {
    APP_SECRET: "",
    APP_SECRET_FILE: fileOf("two", "x"),
    METRICS_TOKEN_FILE: "",
    NODE_ENV: "test" as const,
  };
  takeSecretFiles(source);
  expect(source.APP_SECRET).toBe("x");
});

test("everything that is wrong with the files is said at once, and never what stands in them", () => {
  const long = fileOf("long", "s".repeat(20_000));
  const none = join(folder, "none");
  const empty = fileOf("empty", "\n");
  const given = fileOf("given", "in the file");
  expect(
    problemsOf({
      NODE_ENV: "test",
      APP_SECRET_FILE: none,
      DATABASE_URL_FILE: folder,
      ADMIN_PASSWORD_FILE: empty,
      SSO_CLIENT_SECRET_FILE: long,
      SMTP_URL: "smtp://given",
      SMTP_URL_FILE: given,
      METRICS_TOKEN_FILE: `${given}/below`,
    }),
  ).toEqual([
    `APP_SECRET_FILE names a file that does not exist: ${none}`,
    `DATABASE_URL_FILE names a folder: ${folder}`,
    `ADMIN_PASSWORD_FILE names an empty file: ${empty}`,
    `SSO_CLIENT_SECRET_FILE names a file of more than 16384 bytes: ${long}`,
    "SMTP_URL_FILE must not be set beside SMTP_URL: one of them says it",
    `METRICS_TOKEN_FILE names a file that does not exist: ${given}/below`,
  ]);
});
