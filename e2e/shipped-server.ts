import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";

/** The server as it is shipped: `npm start`'s own file, in a process of its own. */
export type ShippedServer = {
  /** Every line it has printed so far. */
  readonly lines: readonly string[];
  readonly process: ChildProcess;
  /** Stops it as an operator would, and resolves when it is gone. */
  stop(): Promise<void>;
};

const READY = /Latchkey is ready: /;

/**
 * Starts the shipped server and waits until it says that it is ready.
 * @param env what it gets beside the environment of this process
 * @param logFile receives everything it prints
 * @throws with what it printed, when it ends before it is ready
 */
export async function startShippedServer(
  env: Record<string, string>,
  logFile: string,
): Promise<ShippedServer> {
  const child = spawn(process.execPath, ["start.mjs"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const log = createWriteStream(logFile);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        log.write(`${line}\n`);
        if (READY.test(line)) resolve();
      });
    }
  });
  await Promise.race([
    ready,
    ended.then(() => {
      throw new Error(`The server ended before it was ready:\n${lines.join("\n")}`);
    }),
  ]);
  return {
    lines,
    process: child,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      log.end();
    },
  };
}
