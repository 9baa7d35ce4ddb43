/** What a spreadsheet takes for the beginning of a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** The same after a semicolon: where lists are separated by it, a spreadsheet begins a new cell there, in spite of the quotes. */
export const FORMULA_INSIDE = /(?<=;[\s"]*)[=+\-@＝＋－＠]/g;

/** @returns a field of RFC 4180, always quoted; with an apostrophe before what a spreadsheet would calculate */
export function csvField(text: string): string {
  const inside = text.replace(FORMULA_INSIDE, "'$&");
  const harmless = FORMULA.test(inside) ? `'${inside}` : inside;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** @returns a line of RFC 4180 with its end */
export const csvRecord = (fields: readonly string[]) => `${fields.map(csvField).join(",")}\r\n`;
