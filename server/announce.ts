/** Prints one line for the operator, with the seconds since the process began. */
export function announce(line: string): void {
  process.stdout.write(`${(performance.now() / 1000).toFixed(2).padStart(7)} s  ${line}\n`);
}
