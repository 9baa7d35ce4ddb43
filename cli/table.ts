import { asPlainLine } from "@/lib/text";
import { bold } from "./console";

/** A column of a table. */
export type Column<Row> = readonly [title: string, of: (row: Row) => Cell];
export type Cell = string | number | boolean | Date | null | undefined | readonly string[];

/** Characters that take two places on a terminal (Unicode Standard Annex 11: wide, and emoji). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

const characters = (text: string) =>
  [...new Intl.Segmenter("en").segment(text)].map(({ segment }) => segment);
const placesOf = (character: string) => (WIDE.test(character) ? 2 : 1);

/** @returns how many places a text takes on a terminal */
export const widthOf = (text: string): number =>
  characters(text).reduce((sum, character) => sum + placesOf(character), 0);

function fitted(text: string, width: number): string {
  const all = widthOf(text);
  if (all <= width) return text + " ".repeat(width - all);
  let kept = "";
  let places = 0;
  for (const character of characters(text)) {
    if (places + placesOf(character) > width - 1) break;
    kept += character;
    places += placesOf(character);
  }
  return `${kept}…${" ".repeat(width - 1 - places)}`;
}

/** @returns a value as people read it: an instant in UTC, nothing for nothing */
export function shown(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (cell instanceof Date)
    return cell
      .toISOString()
      .replace("T", " ")
      .replace(/:\d\d\.\d+Z$/, "Z");
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return asPlainLine(Array.isArray(cell) ? cell.join(", ") : String(cell));
}

const GAP = "  ";
const NARROWEST = 8;

/**
 * @param width places that there are; the widest columns give way
 * @returns rows under their titles, one line each
 */
export function tableText<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width = Number.POSITIVE_INFINITY,
): string {
  const lines = [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, of]) => shown(of(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => widthOf(line[index] ?? ""))));
  const total = () => widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1));
  while (total() > width) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  const texts = lines.map((line) =>
    line
      .map((cell, index) => fitted(cell, widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  return texts.map((text, index) => (index === 0 ? bold(text) : text)).join("\n");
}

/** @returns the facts of one thing, one a line */
export function factsText(facts: readonly (readonly [name: string, value: Cell])[]): string {
  const width = Math.max(...facts.map(([name]) => widthOf(name)));
  return facts
    .map(([name, value]) => `${bold(fitted(name, width))}${GAP}${shown(value)}`.trimEnd())
    .join("\n");
}
