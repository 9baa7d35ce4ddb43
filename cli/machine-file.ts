import { errorsIn, readPasted } from "@/lib/machines/pasted";
import type { PastedMachines } from "@/lib/machines/schema";
import { CommandEnd } from "./exit-codes";

/** A machine that is to be provisioned, and where it was said: the line of a file, or the name itself. */
export type MachineLine = { readonly where: string; readonly machine: Readonly<Record<string, unknown>> };

type Said = Parameters<typeof errorsIn>[0];

function checked(lines: Said, whereOf: (line: Said[number]) => string): MachineLine[] {
  const errors = errorsIn(lines);
  const wrong = lines.flatMap((said) =>
    (errors.get(said.line) ?? []).map(
      ({ field, detail }) => `${whereOf(said)}: ${field === null ? "" : `${field}: `}${detail}`,
    ),
  );
  if (wrong.length > 0) throw new CommandEnd("usage", "Nothing was provisioned:", wrong);
  return lines.map((said) => ({ where: whereOf(said), machine: said.machine }));
}

/**
 * Reads machines from a list of names, or from CSV, as the portal reads what is pasted there.
 * @param more what all of them are given that say nothing else
 * @throws CommandEnd `usage` with everything that is wrong, by line
 */
export function readMachines(text: string, more: Readonly<Record<string, unknown>>): MachineLine[] {
  const { lines, errors } = readPasted({ ...more, text, recipient: null } as PastedMachines);
  const wrong = errors.map(
    ({ line, field, detail }) => `line ${line}: ${field === null ? "" : `${field}: `}${detail}`,
  );
  if (wrong.length > 0) throw new CommandEnd("usage", "Nothing was provisioned:", wrong);
  return checked(lines, ({ line }) => `line ${line}`);
}

/** @returns machines of these names @throws as `readMachines`, by name */
export function namedMachines(
  names: readonly string[],
  more: Readonly<Record<string, unknown>>,
): MachineLine[] {
  const lines = names.map((name, index) => ({ line: index + 1, machine: { ...more, name } }));
  return checked(lines, ({ machine }) => String(machine.name));
}
