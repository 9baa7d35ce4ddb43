import { closeSync, constants, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { codeOf } from "@/robot/replace-file";
import { CommandEnd } from "./exit-codes";

/** A client secret, as it is shown once. */
export type Issued = {
  readonly machineName: string;
  readonly clientId: string;
  readonly clientSecret: string;
};

/** Where secrets go; without either, to standard output. */
export type Destination = { readonly secretsDir?: string };

export const withSecretsDir = (command: Command): Command =>
  command.addOption(
    new Option(
      "--secrets-dir <folder>",
      "put each secret into a file of mode 0600 there, as the robot reads it; no file is overwritten",
    ),
  );

/** @returns what the robot's `--env-file` reads */
export const envText = (url: string, { clientId, clientSecret }: Issued): string =>
  `LATCHKEY_URL=${url}\nLATCHKEY_CLIENT_ID=${clientId}\nLATCHKEY_CLIENT_SECRET=${clientSecret}\n`;

export const fileNameOf = (machineName: string) =>
  `${machineName.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "") || "machine"}.env`;

/** Makes a file that only its owner reads. @throws where something is there already */
export const makeEmpty = (path: string): void => closeSync(openSync(path, "wx", 0o600));

/** Writes into a file that was made empty; follows no link, and makes none. */
export function fill(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Has something taken back also where a signal ends the command before. @returns what takes it back */
export function alsoWhenStopped(takeBack: () => void): () => void {
  const end = () => {
    for (const signal of SIGNALS) process.off(signal, stop);
    takeBack();
  };
  const stop = (signal: NodeJS.Signals) => {
    end();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return end;
}

/** Files that are there, empty, before a secret is made. */
export type Reserved = {
  readonly pathOf: (machineName: string) => string;
  /** Writes a machine's secret. @throws where no file was made for it, or it has one already */
  put(url: string, issued: Issued): string;
  /** Removes those that got none. */
  release(): void;
};

/**
 * Makes a file for each machine's secret: what cannot be written is found before there is a secret to lose.
 * @throws CommandEnd `usage` where one is there already, or two would share one
 */
export function reserve(folder: string, machineNames: readonly string[]): Reserved {
  const empty = new Set<string>();
  const release = () => {
    for (const path of empty) rmSync(path, { force: true });
    empty.clear();
  };
  const pathOf = (name: string) => join(folder, fileNameOf(name));
  const taken: string[] = [];
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const path of machineNames.map(pathOf)) {
      if (empty.has(path)) {
        taken.push(`${path} would be that of two secrets`);
        continue;
      }
      try {
        makeEmpty(path);
        empty.add(path);
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
        taken.push(`${path} is there already`);
      }
    }
  } catch (error) {
    release();
    throw new CommandEnd("usage", `Nothing was done: ${folder} cannot be written (${codeOf(error)}).`);
  }
  if (taken.length > 0) {
    release();
    throw new CommandEnd("usage", "Nothing was done: no file is overwritten.", taken);
  }
  return {
    pathOf,
    put(url, issued) {
      const path = pathOf(issued.machineName);
      if (!empty.has(path)) throw new Error(`${path} was not made for a secret of “${issued.machineName}”.`);
      fill(path, envText(url, issued));
      empty.delete(path);
      return path;
    },
    release: alsoWhenStopped(release),
  };
}
