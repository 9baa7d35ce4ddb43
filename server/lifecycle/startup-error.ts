/**
 * Something that stops the process from starting and that the person at the terminal can put right. Its message is a sentence that says
 * what is wrong and what to do; it is printed without a stack.
 */
export class StartupError extends Error {
  override readonly name = "StartupError";
}

/** The `code` of a Node.js or PostgreSQL error (`ENOENT`, `57P03`), or undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * Turns a file system error on `folder` into a StartupError that says what to do; any other error comes back as it is.
 */
export function folderProblem(error: unknown, folder: string): unknown {
  switch (codeOf(error)) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new StartupError(
        `The folder ${folder} cannot be written. Give this user write permission there, or set DATA_DIR to another folder.`,
      );
    case "ENOSPC":
    case "EDQUOT":
      return new StartupError(
        `The disk that holds ${folder} is full. Free some space, or set DATA_DIR to a folder on another disk.`,
      );
    case "ENOTDIR":
    case "EEXIST":
      return new StartupError(
        `${folder} is not a folder. Move that file away, or set DATA_DIR to another folder.`,
      );
    default:
      return error;
  }
}
