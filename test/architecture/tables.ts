import { readFileSync } from "node:fs";
import { join } from "node:path";

const schema = readFileSync(join(import.meta.dirname, "../../prisma/schema.prisma"), "utf8");

/** Every table by its model, as the client of Prisma calls it. */
export const TABLES: ReadonlyMap<string, string> = new Map(
  [...schema.matchAll(/^model (\w)(\w+) \{[^}]*^ {2}@@map\("(\w+)"\)/gms)].map(
    ([, initial = "", rest = "", table = ""]) => [initial.toLowerCase() + rest, table],
  ),
);

const names = new Set(TABLES.values());

/** @returns our tables that the SQL of a source reads or writes, each once and in order */
export function tablesIn(text: string): string[] {
  const named = text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE|ONLY|USING|TABLE)\s+"?([a-z_]+)"?/g);
  return [...new Set([...named].map(([, name = ""]) => name))].filter((name) => names.has(name)).sort();
}
