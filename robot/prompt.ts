import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { RobotEnd } from "./exit-codes";
import type { Ask } from "./settings";

/** What a terminal is to a prompt. */
export type Terminal = { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream };

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * Asks on a terminal. A hidden answer is read with the terminal in raw mode and its echo thrown away.
 * @throws RobotEnd `settings` when there is no answer (Ctrl-C, Ctrl-D)
 */
export const askOn =
  ({ input, output }: Terminal): Ask =>
  (question, { isHidden }) =>
    new Promise((resolve, reject) => {
      output.write(question);
      const lines = createInterface({ input, output: isHidden ? nowhere() : output, terminal: isHidden });
      let answer: string | undefined;
      lines.once("line", (line) => {
        answer = line.trim();
        lines.close();
      });
      lines.once("SIGINT", () => lines.close());
      lines.once("close", () => {
        if (isHidden) output.write("\n");
        if (answer) resolve(answer);
        else reject(new RobotEnd("settings", "No answer was given."));
      });
    });
