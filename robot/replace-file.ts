import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** @returns the system's word for why a file could not be read or written */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown reason";

/** @returns the name of a file that is to take another one's place, in its folder */
export const besideOf = (path: string, ending: string): string =>
  join(dirname(path), `.${basename(path)}.${ending}`);

/** Writes a file beside the one whose place it is to take, with the mode and owner that this one has. */
export function writeBeside(path: string, beside: string, text: string): void {
  const { mode, uid, gid } = statSync(path);
  // What a robot has left that died here.
  rmSync(beside, { force: true });
  const file = openSync(beside, "wx", 0o600);
  try {
    fchownSync(file, uid, gid);
    fchmodSync(file, mode & 0o7777);
    writeFileSync(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Has a file take the place of another one in one step. */
export function putInPlace(beside: string, path: string): void {
  renameSync(beside, path);
  const entries = openSync(dirname(path), "r");
  try {
    fsyncSync(entries);
  } finally {
    closeSync(entries);
  }
}

/** Writes a file anew in one step, with the mode and owner that it has. */
export function replaceFile(path: string, text: string): void {
  const beside = besideOf(path, "new");
  writeBeside(path, beside, text);
  try {
    putInPlace(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
