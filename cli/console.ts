import { asPlainLine } from "@/lib/text";
import { askOn } from "@/robot/prompt";
import { CommandEnd } from "./exit-codes";

/** What a terminal would act on instead of showing it, or that turns the direction of writing; in JSON it only stands within strings. */
const NOT_SHOWN = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const isColoured = (stream: NodeJS.WriteStream) =>
  stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";

const painted = (stream: NodeJS.WriteStream, code: number, text: string) =>
  isColoured(stream) ? `\u001b[${code}m${text}\u001b[0m` : text;

/** A heading in what a command answers. */
export const bold = (text: string): string => painted(process.stdout, 1, text);

/** @returns the text without what looks like a client secret */
export const withoutSecrets = (text: string) => text.replace(/lks_[0-9A-Za-z_]+/g, "lks_…");

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** @returns text in quotes, as JSON or YAML has it, that a terminal shows as it is */
export const quotedText = (text: string): string => text.replace(NOT_SHOWN, escaped);

/** @returns JSON that a terminal shows as it is */
export const jsonText = (value: unknown): string => quotedText(JSON.stringify(value, null, 2));

/** @returns the same on one line */
export const jsonLine = (value: unknown): string => quotedText(JSON.stringify(value));

/** Writes a command's answer, which is all that standard output gets. @param text lines that are safe to show */
export const print = (text: string): void => void process.stdout.write(text === "" ? "" : `${text}\n`);

/** @returns lines as they may be shown, whoever wrote what is in them */
export const plain = (lines: readonly string[]): string => lines.map(asPlainLine).join("\n");

let isUnderWay = false;

function clearProgress(): void {
  if (isUnderWay) process.stderr.write("\r\u001b[K");
  isUnderWay = false;
}

/** Says something beside the answer, on standard error. No secret gets there, not even one that somebody put in the wrong place. */
export function note(text: string): void {
  clearProgress();
  process.stderr.write(`${asPlainLine(withoutSecrets(text))}\n`);
}

/** Says why a command ended. */
export function complain({ message, lines }: CommandEnd): void {
  clearProgress();
  const said = [message, ...lines.map((line) => `  ${line}`)].map((line) =>
    asPlainLine(withoutSecrets(line)),
  );
  process.stderr.write(`${painted(process.stderr, 31, "latchkey:")} ${said.join("\n")}\n`);
}

/** Shows how far long work is, where somebody looks. */
export function progress(text: string): void {
  if (!process.stderr.isTTY) return;
  clearProgress();
  process.stderr.write(asPlainLine(text).slice(0, (process.stderr.columns ?? 80) - 1));
  isUnderWay = true;
}

export const endProgress = clearProgress;

/** Asks whoever sits at the terminal; undefined where nobody does. */
export function terminalPrompt() {
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  return isTerminal ? askOn({ input: process.stdin, output: process.stderr }) : undefined;
}

/**
 * Asks for a yes.
 * @throws CommandEnd `usage` where nobody can be asked and `--yes` is missing, `failed` for anything but a yes
 */
export async function confirm(isSaid: boolean | undefined): Promise<void> {
  if (isSaid) return;
  const ask = terminalPrompt();
  if (!ask)
    throw new CommandEnd("usage", "Nobody can be asked here: add --yes to do it, or --dry-run to look only.");
  const answer = await ask("Do it? (yes/no) ", { isHidden: false }).catch(() => "no");
  if (!/^y(?:es)?$/i.test(answer)) throw new CommandEnd("failed", "Nothing was done.");
}
