/** @returns the value below which that share of the values lies; NaN of none */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** @returns a setting of this run that is a number */
export const setting = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

/** Prints a table as Markdown; all columns but the first are figures. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, index) => (index === 0 ? "---" : "---:"));
  console.log(`\n${[columns, rule, ...rows].map(line).join("\n")}`);
}
