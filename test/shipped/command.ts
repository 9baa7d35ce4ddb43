import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A command of the repository, running in a process of its own. */
export type Command = {
  readonly child: ChildProcess;
  /** Everything it has printed. */
  said(): string;
  /** Resolves when it has printed something that matches; rejects when it ends without. */
  hears(pattern: RegExp): Promise<void>;
  /** Resolves with its exit code when it has ended; null after a signal. */
  readonly ended: Promise<number | null>;
};

/** Starts `npm run app-secret -- …` with nothing in its environment but what it is given. */
export function appSecretCommand(args: readonly string[], env: Readonly<Record<string, string>>): Command {
  const child = spawn(process.execPath, [join(root, "tools/run.mjs"), "app-secret", ...args], {
    cwd: root,
    env: { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const looks: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      for (const look of looks) look();
    });
  }
  return {
    child,
    said: () => said,
    hears: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.test(said) && resolve();
        looks.push(look);
        child.once("close", () => reject(new Error(`ended without saying ${pattern}:\n${said}`)));
        look();
      }),
    ended,
  };
}
