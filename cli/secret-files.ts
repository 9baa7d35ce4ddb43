import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
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

/** Files that are there, empty, before a secret is made. */
export type Reserved = {
  readonly pathOf: (machineName: string) => string;
  /** Writes a machine's secret. */
  put(url: string, issued: Issued): string;
  /** Removes those that got none. */
  release(): void;
};

/**
 * Makes a file for each machine's secret: what cannot be written is found before there is a secret to lose.
 * @throws CommandEnd `usage` where one is there already, or two machines would share one
 */
export function reserve(folder: string, machineNames: readonly string[]): Reserved {
  const files = new Map(machineNames.map((name) => [name, join(folder, fileNameOf(name))]));
  const empty = new Set<string>();
  const release = () => {
    for (const path of empty) rmSync(path, { force: true });
    empty.clear();
  };
  const pathOf = (name: string) => files.get(name) ?? join(folder, fileNameOf(name));
  const taken: string[] = [];
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const path of files.values()) {
      if (empty.has(path)) {
        taken.push(`${path} would be that of two machines`);
        continue;
      }
      try {
        closeSync(openSync(path, "wx", 0o600));
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
      const file = openSync(path, "r+");
      try {
        writeFileSync(file, envText(url, issued));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      empty.delete(path);
      return path;
    },
    release,
  };
}
