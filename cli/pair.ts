import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readGuardedFile } from "@/robot/private-file";
import { readPrivateKey } from "@/robot/private-key";
import { codeOf } from "@/robot/replace-file";
import { address, type Credential } from "@/robot/settings";
import { CommandEnd } from "./exit-codes";

/** An API client as it was given: where, who, and one of secret and key. */
export type GivenPair = {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  /** The file of the private key. */
  readonly keyFile?: string | undefined;
};

/** An API client that can buy tokens. */
export type Pair = { readonly url: URL; readonly clientId: string; readonly credential: Credential };

const storedSchema = z.object({
  url: z.string(),
  clientId: z.string(),
  clientSecret: z.string().optional(),
  keyFile: z.string().optional(),
});

/** Where `login` keeps the pair (XDG Base Directory Specification). */
export const storedFile = (): string =>
  join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "latchkey", "client.json");

const OPEN_TO_OTHERS = {
  bits: 0o077,
  because: "holds a secret and is open to others on this host",
  command: "go-rwx",
};

/** @returns a secret from a file that nobody but its owner and group may read */
export const readSecretFile = (path: string): string =>
  readGuardedFile(path, "secret file", {
    bits: 0o007,
    because: "holds a secret and is open to everybody on this host",
    command: "o-rwx",
  }).trim();

function stored(): GivenPair | null {
  const file = storedFile();
  if (!existsSync(file)) return null;
  const text = readGuardedFile(file, "file", OPEN_TO_OTHERS);
  try {
    return storedSchema.parse(JSON.parse(text));
  } catch {
    throw new CommandEnd("usage", `${file} is not as latchkey login writes it. Log in again.`);
  }
}

/** Keeps the pair in a file that only its owner reads; in one step, so that whoever reads meanwhile has one or the other. */
export function store(pair: GivenPair): void {
  const file = storedFile();
  const beside = `${file}.${process.pid}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const opened = openSync(beside, "wx", 0o600);
    try {
      chmodSync(beside, 0o600);
      writeFileSync(opened, `${JSON.stringify(pair, null, 2)}\n`);
    } finally {
      closeSync(opened);
    }
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new CommandEnd("failed", `${file} cannot be written (${codeOf(error)}).`);
  }
}

/** @returns whether there was something to forget */
export function forget(): boolean {
  const isThere = existsSync(storedFile());
  rmSync(storedFile(), { force: true });
  return isThere;
}

const NAMES = {
  url: "LATCHKEY_URL",
  clientId: "LATCHKEY_CLIENT_ID",
  clientSecret: "LATCHKEY_CLIENT_SECRET",
  secretFile: "LATCHKEY_CLIENT_SECRET_FILE",
  keyFile: "LATCHKEY_KEY_FILE",
} as const;

/** All of it or nothing: a stored secret never goes to an address that the environment names. */
function fromEnvironment(): GivenPair | null {
  const said = Object.entries(NAMES).flatMap(([member, name]) => {
    const value = process.env[name]?.trim();
    return value ? [[member, value] as const] : [];
  });
  if (said.length === 0) return null;
  const { url, clientId, clientSecret, secretFile, keyFile } = Object.fromEntries(said) as {
    [member in keyof typeof NAMES]?: string;
  };
  const ways = [clientSecret, secretFile, keyFile].filter((way) => way !== undefined);
  const missing = [
    url === undefined && NAMES.url,
    clientId === undefined && NAMES.clientId,
    ways.length !== 1 && `one of ${NAMES.clientSecret}, ${NAMES.secretFile} and ${NAMES.keyFile}`,
  ].filter((name) => name !== false);
  if (url === undefined || clientId === undefined || ways.length !== 1) {
    throw new CommandEnd(
      "usage",
      `The environment names an API client, and has to say all of it: set ${missing.join(", ")}.`,
    );
  }
  const secret = secretFile === undefined ? clientSecret : readSecretFile(secretFile);
  return { url, clientId, clientSecret: secret, keyFile };
}

/** @returns the API client of the environment, or else of the last login */
export function givenPair(): GivenPair {
  const given = fromEnvironment() ?? stored();
  if (given) return given;
  throw new CommandEnd("refused", "Nobody is signed in. Run: latchkey login");
}

/** @throws CommandEnd, RobotEnd where something about it cannot be used */
export async function readPair({ url: text, clientId, clientSecret, keyFile }: GivenPair): Promise<Pair> {
  const url = address.safeParse(text);
  if (!url.success) {
    throw new CommandEnd(
      "usage",
      "The portal's address is an http or https address without user, query and fragment.",
    );
  }
  if (keyFile !== undefined) {
    return { url: url.data, clientId, credential: { kind: "key", ...(await readPrivateKey(keyFile)) } };
  }
  if (!clientSecret) throw new CommandEnd("usage", "There is neither a client secret nor a key.");
  return { url: url.data, clientId, credential: { kind: "secret", secret: clientSecret } };
}
