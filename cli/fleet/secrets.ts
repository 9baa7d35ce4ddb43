import { spawn } from "node:child_process";
import { accessSync, constants, readFileSync, rmSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { withoutSecrets } from "@/cli/console";
import { CommandEnd } from "@/cli/exit-codes";
import { fileNameOf, type Issued, reserve } from "@/cli/secret-files";
import { asPlainLine } from "@/lib/text";
import type { SecretsPlace } from "./file";

/** Where the secrets of some machines go, made ready. */
export type Delivery = {
  /** @throws CommandEnd `failed` when it did not get there */
  readonly put: (issued: Issued) => Promise<void>;
  /** Takes back what was made ready and not needed. */
  readonly release: () => void;
};

export type Destination = {
  readonly place: SecretsPlace;
  /** The folder of the fleet's file, from which paths are read and commands run. */
  readonly folder: string;
  /** The portal's address, for the robot. */
  readonly url: string;
};

const ERROR_MAX_LENGTH = 500;

const isProgram = (path: string) => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** @returns the program's path. @throws CommandEnd `usage` */
function findProgram(program: string, folder: string): string {
  const isPath = program.includes("/") || isAbsolute(program);
  const places = isPath ? [folder] : (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const found = places.map((place) => resolve(place, program)).find(isProgram);
  if (found) return found;
  throw new CommandEnd("usage", `Nothing was done: there is no program ${program} for the secrets.`);
}

/** Nothing of Latchkey's own, among which is the API client's secret. */
function environmentFor(machineName: string): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) if (name.startsWith("LATCHKEY_")) delete environment[name];
  return { ...environment, LATCHKEY_MACHINE: machineName };
}

/** Runs a command with the pair on its standard input, as JSON of one line. */
function run(program: string, words: readonly string[], { folder, url }: Destination, issued: Issued) {
  const { machineName, clientId, clientSecret } = issued;
  return new Promise<void>((done, failed) => {
    let said = "";
    const end = (why: string) => {
      const detail = asPlainLine(withoutSecrets(said)).trim().slice(-ERROR_MAX_LENGTH);
      const sentence = `${program} did not take the secret of “${machineName}”: ${why}`;
      failed(new CommandEnd("failed", sentence, detail === "" ? [] : [detail]));
    };
    const child = spawn(program, [...words], {
      cwd: folder,
      env: environmentFor(machineName),
      stdio: ["pipe", "ignore", "pipe"],
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4 * ERROR_MAX_LENGTH);
    });
    child.on("error", (error) => end(error.message));
    child.on("close", (code, signal) => (code === 0 ? done() : end(signal ?? `it ended with ${code}`)));
    // Whether it read it, its end says.
    child.stdin.on("error", () => {});
    child.stdin.end(`${JSON.stringify({ url, machine: machineName, clientId, clientSecret })}\n`);
  });
}

/**
 * Makes ready where secrets go, so that what cannot be is found before there is a secret to lose.
 * @throws CommandEnd `usage` where a file is there already, a folder cannot be written, or a program is not found
 */
export function openDelivery(destination: Destination, machineNames: readonly string[]): Delivery {
  const { place, folder, url } = destination;
  if (place === "none") return { put: async () => {}, release: () => {} };
  if ("directory" in place) {
    const reserved = reserve(resolve(folder, place.directory), machineNames);
    return {
      put: async (issued) => {
        reserved.put(url, issued);
      },
      release: () => reserved.release(),
    };
  }
  const [name = "", ...words] = place.command;
  const program = findProgram(name, folder);
  return { put: (issued) => run(program, words, destination, issued), release: () => {} };
}

/**
 * After an apply that was stopped: looks whether a machine's secret got into its file. One that only was made ready, and is empty, is removed.
 * @returns whether it is there
 */
export function isDelivered({ place, folder }: Destination, machineName: string): boolean {
  if (typeof place === "string" || !("directory" in place)) return false;
  const path = join(resolve(folder, place.directory), fileNameOf(machineName));
  try {
    const { LATCHKEY_CLIENT_SECRET: secret } = parseEnv(readFileSync(path, "utf8"));
    if (secret) return true;
    if (statSync(path).size === 0) rmSync(path, { force: true });
  } catch {
    return false;
  }
  return false;
}
