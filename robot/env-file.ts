import { readFileSync, realpathSync } from "node:fs";
import { isDeepStrictEqual, parseEnv } from "node:util";
import { codeOf, replaceFile } from "./replace-file";

/** What is written instead of what. */
export type Change = { readonly name: string; readonly before: string; readonly after: string };

/** @returns the file’s text with the other value, or null when that cannot be told from the rest of it */
function changed(text: string, { name, before, after }: Change): string | null {
  const assignments = new RegExp(
    `^((?:\\uFEFF)?[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*["'\`]?)[ \\t]*${before}`,
    "gm",
  );
  const anew = text.replace(assignments, (_, start: string) => start + after);
  const isRight = isDeepStrictEqual({ ...parseEnv(anew) }, { ...parseEnv(text), [name]: after });
  return isRight && !anew.includes(before) ? anew : null;
}

/**
 * Writes a secret in an environment file instead of the one before. Whenever the process dies, the file has the one or the other, never both.
 * Every other line stays as it is; a symbolic link stays one.
 * @param change both values of letters, digits, `_` and `-` only
 * @returns null when the file has the new one; else why not, for people
 */
export function putSecret(path: string, change: Change): string | null {
  if (!/^[\w-]+$/.test(change.before) || !/^[\w-]+$/.test(change.after)) return "it is no plain word";
  try {
    const file = realpathSync(path);
    const text = readFileSync(file, "utf8");
    const written = parseEnv(text)[change.name]?.trim();
    if (written === change.after) return null;
    if (written !== change.before) return `${path} has another one by now`;
    const anew = changed(text, change);
    if (anew === null) return `${path} cannot be changed without changing more of it`;
    replaceFile(file, anew);
    return null;
  } catch (error) {
    return `${path} cannot be written: ${codeOf(error)}`;
  }
}
