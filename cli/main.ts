import { CommanderError } from "commander";
import { complain, endProgress } from "./console";
import { EXIT_CODES, endOf } from "./exit-codes";
import { newProgram } from "./program";

// Whoever reads the answer may have had enough of it, as head does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? (process.exitCode ?? 0) : EXIT_CODES.failed);
});

/** @returns the exit code */
async function run(): Promise<number> {
  try {
    await newProgram().parseAsync();
    return typeof process.exitCode === "number" ? process.exitCode : EXIT_CODES.done;
  } catch (error) {
    // Commander has said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    const end = endOf(error);
    complain(end);
    return EXIT_CODES[end.kind];
  } finally {
    endProgress();
  }
}

process.exitCode = await run();
