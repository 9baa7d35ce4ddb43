/** Writes one line. Callers pass names, ids and sentences, never a secret, a token, an input or an output. */
export type Log = (line: string) => void;

const LINE_MAX_LENGTH = 2000;

/** @returns the text on one line, whatever a server or a child put into it. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").slice(0, LINE_MAX_LENGTH);
}

/** The robot's log on standard error, which service managers collect. */
export const logToStderr: Log = (line) => {
  process.stderr.write(`${new Date().toISOString()} ${oneLine(line)}\n`);
};
