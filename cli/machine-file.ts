import { CsvError, parse } from "csv-parse/sync";
import type { z } from "zod";
import { folded } from "@/lib/fold";
import { provisionMachineSchema } from "@/lib/machines/schema";
import { CommandEnd } from "./exit-codes";
import { MEMBERS, typedValue } from "./machine-details";

/** A machine that is to be provisioned, and the line of the file that says so; 0 where it was typed. */
export type MachineLine = { readonly line: number; readonly machine: z.input<typeof provisionMachineSchema> };

type Said = { readonly line: number; readonly members: Readonly<Record<string, unknown>> };

const wrongFile = (lines: readonly string[]) =>
  new CommandEnd(
    "usage",
    `Nothing was provisioned: ${lines.length === 1 ? "a line is" : `${lines.length} lines are`} not right.`,
    lines,
  );

function namesIn(text: string): Said[] {
  return text
    .split(/\r?\n/)
    .map((name, index) => ({ line: index + 1, members: { name: name.trim() } }))
    .filter(({ members }) => members.name !== "");
}

type Parsed = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

function recordsOf(text: string): readonly Parsed[] {
  try {
    return parse(text, {
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as never;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw wrongFile([`line ${error.lines ?? "?"}: this is no CSV (${error.code})`]);
  }
}

function rowsIn(text: string): Said[] {
  const [head, ...rows] = recordsOf(text);
  const columns = head?.record ?? [];
  const unknown = columns.filter((column) => !MEMBERS.includes(column));
  if (unknown.length > 0 || !columns.includes("name")) {
    const said =
      unknown.length > 0 ? `there is no column ${unknown.join(", ")}` : "the column name is missing";
    throw wrongFile([`line 1: ${said}; columns are ${MEMBERS.join(", ")}`]);
  }
  const long = rows.filter(({ record }) => record.length > columns.length);
  if (long.length > 0)
    throw wrongFile(long.map(({ info }) => `line ${info.lines}: it has more cells than there are columns`));
  return rows.map(({ record, info }) => ({
    line: info.lines,
    members: Object.fromEntries(
      columns.flatMap((column, index) => {
        const cell = record[index] ?? "";
        return cell === "" ? [] : [[column, typedValue(column, cell)]];
      }),
    ),
  }));
}

const isCsv = (path: string, text: string) => /\.csv$/i.test(path) || /^\uFEFF?name[,\r\n]/.test(text);

/**
 * Reads machines from a list of names, or from CSV whose columns are members of a machine.
 * @param path the file's name: one that ends in .csv is CSV, and so is one whose first line begins with the column name
 * @param more what all of them are given that say nothing else
 * @throws CommandEnd `usage` with what is wrong, by line
 */
export function readMachines(
  path: string,
  text: string,
  more: Readonly<Record<string, unknown>>,
): MachineLine[] {
  const said = isCsv(path, text) ? rowsIn(text) : namesIn(text);
  return checked(said.map(({ line, members }) => ({ line, members: { ...more, ...members } })));
}

/** @returns the machines, all of them as they should be and each once */
export function checked(said: readonly Said[]): MachineLine[] {
  if (said.length === 0) throw new CommandEnd("usage", "There is no machine to provision.");
  const lineOf = new Map<string, number>();
  const wrong = said.flatMap(({ line, members }) => {
    const where = line === 0 ? String(members.name) : `line ${line}`;
    const { data, error } = provisionMachineSchema.safeParse(members);
    if (error) return error.issues.map(({ path, message }) => `${where}: ${path.join(".")}: ${message}`);
    const key = folded(data.name);
    const before = lineOf.get(key);
    lineOf.set(key, before ?? line);
    return before === undefined
      ? []
      : [`${where}: name: ${data.name} is there twice${before ? `, as line ${before}` : ""}`];
  });
  if (wrong.length > 0) throw wrongFile(wrong);
  return said.map(({ line, members }) => ({ line, machine: members as MachineLine["machine"] }));
}
