import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { basename, join, resolve } from "node:path";
import { bundle } from "@/tools/bundle.mjs";

type ChildOptions = {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The checkout whose rooms it is made of; this one otherwise. */
  readonly root?: string;
};

/**
 * Runs a file of this folder in a process of its own.
 * @returns the process, and what it said first
 * @throws when it ended without a word
 */
export async function startChild<Said>(
  file: string,
  { args = [], env = {}, root = process.cwd() }: ChildOptions = {},
): Promise<{ child: ChildProcess; said: Said }> {
  const outfile = `dist/bench/${basename(file, ".ts")}.mjs`;
  await bundle(root, resolve("bench", file), outfile);
  const child = fork(join(root, outfile), [...args], { env: { ...process.env, ...env } });
  // Its end may be known before what it said has been read; not so that of the channel.
  const gone = once(child, "disconnect").then(() => Promise.reject(new Error(`${file} ended`)));
  const [said] = (await Promise.race([once(child, "message"), gone])) as [Said];
  gone.catch(() => undefined);
  return { child, said };
}
