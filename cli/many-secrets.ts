import { rmSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { recipientSchema } from "@/lib/machines/schema";
import { codeOf } from "@/robot/replace-file";
import { answer, type Manner, type Tools } from "./command";
import { note, plain } from "./console";
import { CommandEnd } from "./exit-codes";
import {
  alsoWhenStopped,
  type Destination,
  envText,
  fill,
  makeEmpty,
  reserve,
  withSecretsDir,
} from "./secret-files";

/** Where the secrets of many go: to files, into one that only a recipient reads, or to standard output. */
export type ManyDestination = Manner & Destination & { readonly recipient?: string; readonly out?: string };

function recipientOf(given: string): string {
  const parsed = recipientSchema.safeParse(given);
  if (parsed.success && parsed.data !== null) return parsed.data;
  throw new InvalidArgumentError(parsed.error?.issues[0]?.message ?? "");
}

export const withManyDestinations = (command: Command): Command =>
  withSecretsDir(command)
    .addOption(
      new Option(
        "--recipient <age1…>",
        "encrypt the secrets of many with age; nobody but its owner reads them",
      ).argParser(recipientOf),
    )
    .option("--out <path>", "of --recipient: where to; standard output otherwise")
    .hook("preAction", (_, asked) => {
      const { secretsDir, recipient, out } = asked.opts<ManyDestination>();
      if (secretsDir !== undefined && recipient !== undefined)
        throw new CommandEnd("usage", "It is either --secrets-dir or --recipient.");
      if (out !== undefined && recipient === undefined)
        throw new CommandEnd(
          "usage",
          "--out goes with --recipient; for secrets in the plain there is --secrets-dir.",
        );
    });

type Secret = {
  readonly machineName: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
};

/** One of many: what became of it. */
export type Row = {
  readonly name: string;
  readonly problem: { readonly detail: string } | null;
  readonly secret: Secret | null;
};

/** What was done, and what else is answered. */
export type Part<R extends Row> = {
  readonly results: readonly R[];
  readonly encrypted: string | null;
  readonly more?: object;
};

type Filed<R> = R & { readonly file?: string };

/** Makes the file for what is encrypted, before there is anything to lose. */
function reserveOut(path: string) {
  try {
    makeEmpty(path);
  } catch (error) {
    throw new CommandEnd("usage", `Nothing was done: ${path} cannot be made anew (${codeOf(error)}).`);
  }
  let isWritten = false;
  return {
    /** @returns whether it is there */
    put(encrypted: string): boolean {
      try {
        fill(path, encrypted);
        isWritten = true;
      } catch {
        // It goes to standard output.
      }
      return isWritten;
    },
    release: alsoWhenStopped(() => {
      if (!isWritten) rmSync(path, { force: true });
    }),
  };
}

/** @returns what the API answered; of a secret that went to a file, the file */
function shownOf<R extends Row>({ secret, ...row }: Filed<R>, member: string): object {
  if (row.file === undefined || !secret) return { ...row, [member]: secret };
  const { clientSecret: _, ...rest } = secret;
  return { ...row, [member]: rest };
}

function show<R extends Row>(
  { url }: Tools,
  options: ManyDestination,
  { results, encrypted }: { readonly results: readonly Filed<R>[]; readonly encrypted: string | null },
  { member, more }: { readonly member: string; readonly more: object },
): void {
  if (encrypted !== null && !options.json) {
    process.stdout.write(encrypted);
    return;
  }
  const values = results.flatMap(({ secret }) =>
    secret && secret.clientSecret !== null ? [{ ...secret, clientSecret: secret.clientSecret }] : [],
  );
  const files = results.flatMap(({ file }) => file ?? []);
  const isFiled = options.secretsDir !== undefined;
  answer(options, {
    json: {
      results: results.map((row) => shownOf(row, member)),
      ...more,
      ...(encrypted !== null && { encrypted }),
    },
    ids: isFiled ? files : values.map(({ clientSecret }) => clientSecret),
    text: () =>
      isFiled
        ? plain(files)
        : values.map((one) => `# ${plain([one.machineName])}\n${envText(url, one)}`).join("\n"),
  });
}

/**
 * Has the secrets of many machines made, and put where they are to go.
 * @param labels what their files are called after, in any order; a label is that of the first of the machine's rows, the next has its number
 * @param said what was done, such as "Provisioned", and the member of the API's answer that has the secret
 * @throws CommandEnd `conflict` where one of them could not be
 */
export async function makeSecrets<R extends Row>(
  tools: Tools,
  options: ManyDestination,
  labels: readonly string[],
  { done, member }: { readonly done: string; readonly member: string },
  make: () => Promise<Part<R>>,
): Promise<void> {
  const { secretsDir, out } = options;
  const files = secretsDir === undefined ? null : reserve(secretsDir, labels);
  const outFile = out === undefined ? null : reserveOut(out);
  const unwritten: string[] = [];
  const seen = new Map<string, number>();
  const filed = (row: R): Filed<R> => {
    const { name, secret } = row;
    if (!files || !secret || secret.clientSecret === null) return row;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    const issued = { ...secret, machineName: labelOf(name, number), clientSecret: secret.clientSecret };
    try {
      return { ...row, file: files.put(tools.url, issued) };
    } catch {
      unwritten.push(issued.machineName);
      return { ...row, secret: { ...secret, clientSecret: null } };
    }
  };
  let results: readonly Filed<R>[] = [];
  let isAstray = false;
  try {
    const made = await make();
    results = made.results.map(filed);
    const { encrypted } = made;
    const isInFile = encrypted !== null && (outFile?.put(encrypted) ?? false);
    isAstray = encrypted !== null && outFile !== null && !isInFile;
    show(
      tools,
      options,
      { results, encrypted: isInFile ? null : encrypted },
      { member, more: made.more ?? {} },
    );
  } finally {
    files?.release();
    outFile?.release();
  }
  if (unwritten.length > 0) {
    const sentence =
      "These secrets were made and could not be written, and nobody can show them again. Rotate them:";
    throw new CommandEnd("failed", sentence, unwritten);
  }
  const failed = results.filter(({ problem }) => problem !== null);
  const where = secretsDir === undefined ? "" : `; each secret is in a file of its own in ${secretsDir}`;
  if (!options.quiet) note(`${done} ${results.length - failed.length}${where}.`);
  const told = failed.map(({ name, problem }) => `${name}: ${problem?.detail}`);
  if (isAstray) {
    const sentence = `${out} could not be written: what is encrypted is on standard output instead.`;
    throw new CommandEnd("failed", sentence, told);
  }
  if (failed.length === 0) return;
  throw new CommandEnd("conflict", `${failed.length} of ${results.length} could not be:`, told);
}

/** @returns what the file of a machine's first, second, … secret is called after */
export const labelOf = (name: string, number: number): string => (number === 1 ? name : `${name}.${number}`);
