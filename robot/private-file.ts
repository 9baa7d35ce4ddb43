import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { RobotEnd } from "./exit-codes";

/**
 * Reads a file after looking at who else could have.
 * @param what the file's part in this, for the sentence when it cannot be used
 * @param forbidden permission bits that nobody may have, and the sentence that says how to take them away
 * @throws RobotEnd `settings`
 */
export function readGuardedFile(
  path: string,
  what: string,
  forbidden: { readonly bits: number; readonly because: string; readonly command: string },
): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new RobotEnd("settings", `The ${what} ${path} cannot be read (${reason}).`);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new RobotEnd("settings", `The ${what} ${path} is not a file.`);
    if ((stats.mode & forbidden.bits) !== 0) {
      throw new RobotEnd(
        "settings",
        `The ${what} ${path} ${forbidden.because}. Run: chmod ${forbidden.command} ${path}`,
      );
    }
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}
