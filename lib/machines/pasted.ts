import { CsvError, parse } from "csv-parse/sync";
import { Refusal } from "@/lib/errors";
import { formatCount, formatNames, formatQuantity } from "@/lib/format";
import { nameKey, problemsIn } from "./rules";
import {
  MACHINE_COLUMNS,
  MACHINE_KINDS,
  MACHINES_AT_ONCE_MAX,
  type MachineColumn,
  type PastedError,
  type PastedMachines,
  PROCESS_COMPATIBILITIES,
  PROCESS_TYPES,
} from "./schema";

/** A line of a pasted text, and the machine that is meant by it. */
type PastedLine = { readonly line: number; readonly machine: Readonly<Record<string, unknown>> };

/** What a pasted text says: machines, or why it cannot be read as such. */
export type Pasted = { readonly lines: readonly PastedLine[]; readonly errors: readonly PastedError[] };

const CHOICES: Partial<Readonly<Record<MachineColumn, readonly string[]>>> = {
  kind: MACHINE_KINDS,
  processType: PROCESS_TYPES,
  processCompatibility: PROCESS_COMPATIBILITIES,
};
const FIGURES: readonly MachineColumn[] = ["unattendedRuntimes", "nonProductionRuntimes", "testingRuntimes"];

const lower = (text: string) => text.trim().toLowerCase();
const columnOf = (head: string) => MACHINE_COLUMNS.find((column) => lower(column) === lower(head));

/** @returns what a cell says; what it does not say right stays wrong */
function cellValue(column: MachineColumn, cell: string): unknown {
  if (FIGURES.includes(column)) return /^\d+$/.test(cell) ? Number(cell) : Number.NaN;
  if (column === "tags") {
    return cell
      .split(/[,;|]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== "");
  }
  return CHOICES[column]?.find((choice) => lower(choice) === lower(cell)) ?? cell;
}

/** A table's first line names columns; of a single column, the name. */
function separatorOf(text: string): string | null {
  const [first = ""] = text
    .replace(/^\uFEFF/, "")
    .trimStart()
    .split(/[\r\n]/, 1);
  const separator = [",", ";", "\t"].find((one) => first.includes(one)) ?? ",";
  const heads = first.split(separator).map((head) => head.replaceAll('"', ""));
  const isTable = heads.length === 1 ? lower(first) === "name" : heads.some((head) => columnOf(head));
  return isTable ? separator : null;
}

type CsvRow = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

const MISREAD: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "A quotation mark is opened and not closed.",
  CSV_INVALID_CLOSING_QUOTE:
    "After a quotation mark that closes a value comes the next one or the end of the line.",
  INVALID_OPENING_QUOTE:
    "A quotation mark stands within a value: put the value into quotation marks and double it.",
};

function misread(error: CsvError): PastedError {
  const line = Number(Reflect.get(error, "lines") ?? 1);
  const detail =
    MISREAD[error.code] ??
    "This is no line of a CSV: put values with commas or line breaks into quotation marks.";
  return { line, field: null, detail };
}

function wrongHeads(heads: readonly string[], line: number): PastedError[] {
  const columns = heads.map(columnOf);
  const unknown = heads.flatMap((head, index): PastedError[] =>
    columns[index]
      ? []
      : [
          {
            line,
            field: head,
            detail: `There is no such column. Columns are ${formatNames(MACHINE_COLUMNS)}.`,
          },
        ],
  );
  const twice = columns.flatMap((column, index): PastedError[] =>
    column && columns.indexOf(column) !== index
      ? [{ line, field: column, detail: "This column is there twice." }]
      : [],
  );
  const nameless = columns.includes("name")
    ? []
    : [{ line, field: "name", detail: "The column with the names is missing." }];
  return [...unknown, ...twice, ...nameless];
}

function readTable(text: string, delimiter: string): Pasted {
  const read: unknown = parse(text, {
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    trim: true,
  });
  // With `info` each record comes with where it stands, which its type does not say.
  const [first, ...others] = read as CsvRow[];
  const heads = first?.record ?? [];
  const errors = wrongHeads(heads, first?.info.lines ?? 1);
  if (errors.length > 0) return { lines: [], errors };
  const lines = others.map(({ record, info }): PastedLine & { readonly error: PastedError | null } => {
    const cells = heads.flatMap((head, index) => {
      const [column, cell = ""] = [columnOf(head), record[index]];
      return column && cell !== "" ? [[column, cellValue(column, cell)] as const] : [];
    });
    const error =
      record.length > heads.length
        ? {
            line: info.lines,
            field: null,
            detail: `${formatQuantity(record.length, "value")} for ${formatQuantity(heads.length, "column")}: put a value with a comma into quotation marks.`,
          }
        : null;
    return { line: info.lines, machine: Object.fromEntries(cells), error };
  });
  return { lines, errors: lines.flatMap(({ error }) => error ?? []) };
}

const readNames = (text: string): Pasted => ({
  lines: text
    .split(/\r\n|\r|\n/)
    .map((name, index) => ({ line: index + 1, machine: { name: name.trim() } }))
    .filter(({ machine }) => machine.name !== ""),
  errors: [],
});

/**
 * Reads machines that somebody pasted: a name on each line, or a CSV (RFC 4180; with commas, semicolons or tabs) whose first line names columns.
 * @returns a machine for each line, with what is chosen for all where the line says nothing; and whatever keeps the text from being read
 */
export function readPasted({ text, recipient: _recipient, ...settings }: PastedMachines): Pasted {
  try {
    const separator = separatorOf(text);
    const { lines, errors } = separator === null ? readNames(text) : readTable(text, separator);
    const past = lines[MACHINES_AT_ONCE_MAX];
    const machines = lines.map(({ line, machine }) => ({
      line,
      machine: { ...settings, name: "", ...machine },
    }));
    if (past) return { lines: [], errors: [tooMany(past.line, lines.length)] };
    if (lines.length === 0 && errors.length === 0)
      return { lines, errors: [{ line: 1, field: "name", detail: "There is no machine in it." }] };
    return { lines: machines, errors };
  } catch (error) {
    if (error instanceof CsvError) return { lines: [], errors: [misread(error)] };
    throw error;
  }
}

const tooMany = (line: number, count: number): PastedError => ({
  line,
  field: null,
  detail: `${formatQuantity(count, "machine")} are more than the ${formatCount(MACHINES_AT_ONCE_MAX)} that are provisioned at once. Paste them in parts.`,
});

/** @returns the machines of a text that is read without errors @throws Refusal `invalid` at `text` */
export function pastedMachines(pasted: PastedMachines): Pasted["lines"][number]["machine"][] {
  const { lines, errors } = readPasted(pasted);
  const [error] = errors;
  if (error) throw new Refusal("invalid", `Line ${error.line}: ${error.detail}`, { field: "text" });
  return lines.map(({ machine }) => machine);
}

/** @returns everything that is wrong with lines by themselves and beside each other, by line */
export function errorsIn(lines: readonly PastedLine[]): ReadonlyMap<number, PastedError[]> {
  const lineOfName = new Map<string, number>();
  return new Map(
    lines.map(({ line, machine }) => {
      const wrong = problemsIn(machine).map(({ field, detail }): PastedError => {
        const choices = CHOICES[field as MachineColumn];
        return { line, field, detail: choices ? `Write one of: ${choices.join(", ")}.` : detail };
      });
      const key = nameKey(String(machine.name));
      const before = lineOfName.get(key);
      lineOfName.set(key, before ?? line);
      const isTwice = before !== undefined && !wrong.some(({ field }) => field === "name");
      const detail = `Line ${before} has this name already.`;
      return [line, isTwice ? [...wrong, { line, field: "name", detail }] : wrong];
    }),
  );
}
