import { closeSync, openSync, readSync } from "node:fs";
import { EnvironmentError, type GivenEnv, readGivenEnv } from "@/lib/env";

/** The variables that are secrets, or have one in them: each may be given as the path of a file instead, in `<name>_FILE`. */
export const SECRET_VARIABLES = [
  "APP_SECRET",
  "APP_SECRET_PREVIOUS",
  "DATABASE_URL",
  "ADMIN_PASSWORD",
  "SSO_CLIENT_SECRET",
  "SMTP_URL",
  "METRICS_TOKEN",
] as const;

const FILE_MAX_BYTES = 16 * 1024;

const SAYS: Readonly<Record<string, string>> = {
  ENOENT: "names a file that does not exist",
  EACCES: "names a file that this process may not read",
  EPERM: "names a file that this process may not read",
  EISDIR: "names a folder",
  ENOTDIR: "names a file that does not exist",
};

/** @returns what stands in the file, without the line end that editors leave; or what is wrong as the end of a sentence */
function readSecret(path: string): { readonly value: string } | { readonly problem: string } {
  const bytes = Buffer.alloc(FILE_MAX_BYTES + 1);
  let size = 0;
  try {
    const file = openSync(path, "r");
    try {
      // A pipe gives what it has, piece by piece.
      for (let read = 1; read > 0 && size < bytes.length; size += read)
        read = readSync(file, bytes, size, bytes.length - size, null);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return { problem: SAYS[code] ?? `names a file that cannot be read (${code})` };
  }
  if (size > FILE_MAX_BYTES) return { problem: `names a file of more than ${FILE_MAX_BYTES} bytes` };
  const value = bytes.toString("utf8", 0, size).replace(/\r?\n$/, "");
  return value === "" ? { problem: "names an empty file" } : { value };
}

/**
 * Puts the secrets that files hold where the others read them.
 *
 * @param source the environment; changed: `<name>_FILE` is gone, `<name>` is there
 * @throws EnvironmentError with all that is wrong with the files
 */
export function takeSecretFiles(source: NodeJS.ProcessEnv): void {
  const problems: string[] = [];
  for (const name of SECRET_VARIABLES) {
    const path = source[`${name}_FILE`];
    if (!path) continue;
    if (source[name]) {
      problems.push(`${name}_FILE must not be set beside ${name}: one of them says it`);
      continue;
    }
    const read = readSecret(path);
    if ("problem" in read) {
      problems.push(`${name}_FILE ${read.problem}: ${path}`);
      continue;
    }
    source[name] = read.value;
    delete source[`${name}_FILE`];
  }
  if (problems.length > 0) throw new EnvironmentError(problems);
}

/**
 * Reads what the operator gave this process, its secrets from files where it names some.
 *
 * @throws EnvironmentError with what is wrong
 */
export function takeGivenEnv(): GivenEnv {
  takeSecretFiles(process.env);
  return readGivenEnv(process.env);
}
