import { JSON_MAX_DEPTH, jsonFaults } from "@/lib/json-text";

/** How far a child says it is. */
export type Progress = { readonly progress?: number; readonly message?: string };

const LINE_MAX_LENGTH = 128 * 1024;
const TEXT_MAX_LENGTH = 16 * 1024;
const MESSAGE_MAX_LENGTH = 500;

/** @returns text that every database keeps: well-formed, without NUL, with only its end when it is too long */
export function tail(text: string, max: number): string {
  const clean = text.replaceAll("\0", "\uFFFD").toWellFormed();
  return clean.length > max ? `…${clean.slice(1 - max)}`.toWellFormed() : clean;
}

/** What a job hands in, or why that cannot be. */
export type JobOutput = { readonly value: unknown } | { readonly fault: string };

/** Understands a child's standard output as it comes. */
export type OutputReader = {
  push(piece: string): void;
  /** @returns the value of the last `{"output": …}` line, else the text, else undefined */
  end(): JobOutput | undefined;
};

function objectOf(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function outputOf(value: unknown, line: string): JobOutput {
  for (const { path, detail } of jsonFaults(line, JSON_MAX_DEPTH + 1)) {
    if (path[0] === "output") return { fault: `${path.join(".")} ${detail}` };
  }
  return { value };
}

function progressOf({ progress, message }: Readonly<Record<string, unknown>>): Progress | null {
  if (typeof progress !== "number" || !Number.isFinite(progress)) return null;
  return {
    progress: Math.min(100, Math.max(0, Math.round(progress))),
    ...(typeof message === "string" && {
      message: message.replaceAll("\0", "\uFFFD").slice(0, MESSAGE_MAX_LENGTH).toWellFormed(),
    }),
  };
}

/**
 * A child may print lines of JSON for the robot, `{"progress": 40, "message": "…"}` and `{"output": …}`; everything else is text.
 * @param onProgress called for every line that says how far it is
 */
export function outputReader(onProgress: (progress: Progress) => void): OutputReader {
  let rest = "";
  let text = "";
  let output: JobOutput | undefined;

  function take(line: string, end: string): void {
    const said = objectOf(line);
    const progress = said && progressOf(said);
    if (said && Object.hasOwn(said, "output")) output = outputOf(said.output, line);
    else if (progress) onProgress(progress);
    // Well above what is reported: not every line copies the whole, and white space at the end goes.
    else text += line + end;
    if (text.length > 4 * TEXT_MAX_LENGTH) text = text.slice(-2 * TEXT_MAX_LENGTH);
  }

  return {
    push(piece) {
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line, "\n");
      if (rest.length > LINE_MAX_LENGTH) {
        text = (text + rest).slice(-2 * TEXT_MAX_LENGTH);
        rest = "";
      }
    },
    end() {
      if (rest !== "") take(rest, "");
      rest = "";
      if (output) return output;
      const whole = tail(text.trimEnd(), TEXT_MAX_LENGTH);
      return whole === "" ? undefined : { value: whole };
    },
  };
}
