import type { Command } from "commander";
import type { AdminClient } from "@/lib/admin-api/client";
import { accessOf } from "./access";
import { jsonText, print, progress } from "./console";
import { givenPair, readPair } from "./pair";
import { type Column, tableText } from "./table";

/** How a command answers. */
export type Manner = { readonly json?: boolean; readonly quiet?: boolean };

/** What a command that was told what to answer may do with it: JSON, ids, or text for people. */
export type Answer = {
  readonly json: unknown;
  readonly ids: readonly string[];
  readonly text: () => string;
};

/** Writes a command's answer in the manner that was asked for. */
export function answer({ json, quiet }: Manner, { json: value, ids, text }: Answer): void {
  if (json) print(jsonText(value));
  else print(quiet ? ids.join("\n") : text());
}

/** Writes a list. */
export function answerList<Row>(
  manner: Manner,
  rows: readonly Row[],
  { id, columns }: { readonly id: (row: Row) => string; readonly columns: readonly Column<Row>[] },
): void {
  answer(manner, {
    json: { items: rows, next: null },
    ids: rows.map(id),
    text: () => tableText(rows, columns, process.stdout.columns),
  });
}

/** @returns a command of a group, which answers in either manner */
export function leaf(parent: Command, usage: string, says: string, examples: readonly string[]): Command {
  return parent
    .command(usage)
    .description(says)
    .option("--json", "answer with the API's JSON")
    .option("-q, --quiet", "answer with ids only, or nothing")
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ latchkey ${example}`).join("\n")}`);
}

/** @returns a group of commands */
export const groupOf = (program: Command, name: string, says: string): Command =>
  program.command(name).description(says);

/** What a command works with. */
export type Tools = {
  readonly client: AdminClient;
  /** The portal's address. */
  readonly url: string;
};

/** @returns what commander calls with a command's arguments and options */
export const acting =
  <A extends readonly unknown[], O extends Manner = Manner>(
    work: (tools: Tools, options: O, ...args: A) => Promise<void>,
  ) =>
  async (...given: unknown[]): Promise<void> => {
    const args = given.slice(0, -2) as unknown as A;
    const options = given.at(-2) as O;
    const pair = await readPair(givenPair());
    await work({ client: accessOf(pair), url: pair.url.href.replace(/\/$/, "") }, options, ...args);
  };

/** @returns so many rows of a list, or all */
export async function taken<Row>(rows: AsyncIterable<Row>, limit = Number.POSITIVE_INFINITY): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) {
    found.push(row);
    if (found.length % 1000 === 0) progress(`${found.length} read`);
    if (found.length >= limit) break;
  }
  return found;
}
