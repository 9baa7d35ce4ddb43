import { hostname } from "node:os";
import { parseEnv } from "node:util";
import { z } from "zod";
import { RobotEnd } from "./exit-codes";
import { instanceId } from "./instance";
import { readGuardedFile } from "./private-file";
import { type RobotKey, readPrivateKey } from "./private-key";

/** A portal's address. */
export const address = z.string().transform((text, context): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (isPlain && url.search === "" && url.hash === "") return url;
  context.addIssue("must be an http or https address without user, query and fragment");
  return z.NEVER;
});

const settingsSchema = z.object({
  LATCHKEY_URL: address,
  LATCHKEY_CLIENT_ID: z.string().trim().min(1).max(200),
  LATCHKEY_CLIENT_SECRET: z.string().trim().min(1).max(1000).optional(),
  LATCHKEY_PRIVATE_KEY_FILE: z.string().min(1).max(4096).optional(),
  LATCHKEY_KEY_ID: z.string().trim().min(1).max(200).optional(),
  LATCHKEY_HOST_NAME: z.string().trim().min(1).max(255),
  LATCHKEY_STOP_GRACE_SECONDS: z.coerce.number().min(0).max(3600),
});

/** What the robot authenticates with. */
export type Credential =
  | {
      readonly kind: "secret";
      readonly secret: string;
      /** The environment file that it stands in; undefined where it came from elsewhere. */
      readonly file?: string | undefined;
    }
  | ({ readonly kind: "key" } & RobotKey);

/** What the robot must know before it starts. */
export type Settings = {
  readonly url: URL;
  readonly clientId: string;
  readonly credential: Credential;
  readonly hostName: string;
  /** Tells it from another host of that name; undefined where nothing does. */
  readonly instanceId: string | undefined;
  readonly stopGraceSeconds: number;
};

/** Asks the person at the terminal for one value. */
export type Ask = (question: string, options: { readonly isHidden: boolean }) => Promise<string>;

type Environment = Readonly<Record<string, string | undefined>>;

const QUESTIONS = [
  ["LATCHKEY_URL", "Address of the portal: ", false],
  ["LATCHKEY_CLIENT_ID", "Client ID: ", false],
  ["LATCHKEY_CLIENT_SECRET", "Client secret (not shown): ", true],
] as const;

/**
 * The settings from the environment, from a file for what the environment lacks, and from the terminal for what both lack.
 * @param ask absent where there is no terminal
 * @throws RobotEnd `settings` with all that is wrong; it never repeats a value
 */
export async function readSettings(
  environment: Environment,
  envFile: string | undefined,
  ask?: Ask,
): Promise<Settings> {
  const file =
    envFile === undefined
      ? {}
      : parseEnv(
          readGuardedFile(envFile, "environment file", {
            bits: 0o007,
            because: "holds a secret and is open to everybody on this host",
            command: "o-rwx",
          }),
        );
  const given: Record<string, string | undefined> = {
    LATCHKEY_HOST_NAME: hostname(),
    LATCHKEY_STOP_GRACE_SECONDS: "30",
    ...present(file),
    ...present(environment),
  };
  for (const [name, question, isHidden] of QUESTIONS) {
    const isNeeded = !isHidden || given.LATCHKEY_PRIVATE_KEY_FILE === undefined;
    if (given[name] === undefined && isNeeded && ask) given[name] = await ask(question, { isHidden });
  }
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) =>
      given[String(name)] === undefined ? `${String(name)} is missing` : `${String(name)}: ${message}`,
    );
    throw new RobotEnd("settings", `The settings are not complete: ${problems.join("; ")}.`);
  }
  const { data } = parsed;
  const isFromFile = !present(environment).LATCHKEY_CLIENT_SECRET && present(file).LATCHKEY_CLIENT_SECRET;
  return {
    url: data.LATCHKEY_URL,
    clientId: data.LATCHKEY_CLIENT_ID,
    credential: await credentialOf(data, isFromFile ? envFile : undefined),
    hostName: data.LATCHKEY_HOST_NAME,
    instanceId: instanceId(),
    stopGraceSeconds: data.LATCHKEY_STOP_GRACE_SECONDS,
  };
}

/** @throws RobotEnd `settings` unless there is exactly one of secret and key */
async function credentialOf(
  {
    LATCHKEY_CLIENT_SECRET: secret,
    LATCHKEY_PRIVATE_KEY_FILE: keyFile,
    LATCHKEY_KEY_ID: keyId,
  }: z.output<typeof settingsSchema>,
  file: string | undefined,
): Promise<Credential> {
  const wrong = (sentence: string) => new RobotEnd("settings", `The settings are not right: ${sentence}.`);
  if (secret !== undefined && keyFile !== undefined) {
    throw wrong(
      "LATCHKEY_CLIENT_SECRET and LATCHKEY_PRIVATE_KEY_FILE are both set; the robot uses one of them",
    );
  }
  if (keyFile !== undefined) return { kind: "key", ...(await readPrivateKey(keyFile)) };
  if (keyId !== undefined) throw wrong("LATCHKEY_KEY_ID is set without LATCHKEY_PRIVATE_KEY_FILE");
  if (secret === undefined) {
    throw wrong(
      "LATCHKEY_CLIENT_SECRET is missing, and so is LATCHKEY_PRIVATE_KEY_FILE, which could be instead",
    );
  }
  return { kind: "secret", secret, file };
}

/** An empty variable counts as none. */
function present(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name.startsWith("LATCHKEY_") && value),
  );
}
