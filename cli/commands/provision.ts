import { closeSync, openSync, writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { acting, answer, leaf, type Manner, type Tools } from "@/cli/command";
import { note, plain, progress } from "@/cli/console";
import { CommandEnd } from "@/cli/exit-codes";
import { detailsIn, withDetails } from "@/cli/machine-details";
import { checked, type MachineLine, readMachines } from "@/cli/machine-file";
import { readText } from "@/cli/read-text";
import { type Destination, envText, type Issued, reserve, withSecretsDir } from "@/cli/secret-files";
import { tableText } from "@/cli/table";
import { AdminProblem } from "@/lib/admin-api/client";
import { provisionMachines } from "@/lib/admin-api/contract/bulk";
import type { AnswerOf } from "@/lib/admin-api/operation";
import { MACHINES_AT_ONCE_MAX, recipientSchema } from "@/lib/machines/schema";
import { codeOf } from "@/robot/replace-file";

type Options = Manner &
  Destination & {
    readonly file?: string;
    readonly kind?: string;
    readonly each?: boolean;
    readonly recipient?: string;
    readonly out?: string;
    readonly dryRun?: boolean;
  };

type Line = AnswerOf<(typeof provisionMachines)["preview"]>["results"][number];
type Result = AnswerOf<(typeof provisionMachines)["answer"]>["results"][number];

async function machinesOf(names: readonly string[], { file, ...options }: Options): Promise<MachineLine[]> {
  const more = { kind: "Template", ...detailsIn(options) };
  if ((file === undefined) === (names.length === 0))
    throw new CommandEnd("usage", "Name machines, or a --file that does; one of the two.");
  if (file !== undefined) return readMachines(file, await readText(file), more);
  return checked(names.map((name) => ({ line: 0, members: { ...more, name } })));
}

/** The wrong rows of a request, by their lines. */
function byLine(error: unknown, rows: readonly MachineLine[]): unknown {
  if (!(error instanceof AdminProblem)) return error;
  const named = error.errors.map(({ field, detail }) => {
    const [, index, member] = /^machines\.(\d+)(?:\.(.+))?$/.exec(field) ?? [];
    const row = rows[Number(index)];
    if (!row) return `${field}: ${detail}`;
    return `${row.line === 0 ? row.machine.name : `line ${row.line}`}: ${member ? `${member}: ` : ""}${detail}`;
  });
  return named.length > 0 ? new CommandEnd("usage", "Nothing was provisioned:", named) : error;
}

const setsOf = (rows: readonly MachineLine[]) =>
  Array.from({ length: Math.ceil(rows.length / MACHINES_AT_ONCE_MAX) }, (_, index) =>
    rows.slice(index * MACHINES_AT_ONCE_MAX, (index + 1) * MACHINES_AT_ONCE_MAX),
  );

const issuedOf = ({ provisioned }: Result): Issued | null =>
  provisioned && provisioned.clientSecret !== null
    ? { ...provisioned, clientSecret: provisioned.clientSecret }
    : null;

async function look({ client }: Tools, rows: readonly MachineLine[], options: Options): Promise<void> {
  const looked: (Line & { readonly line: number })[] = [];
  for (const set of setsOf(rows)) {
    const asked = { machines: set.map(({ machine }) => machine), mode: "each" as const };
    const { results } = await client.ask(provisionMachines, asked, { dryRun: true });
    looked.push(...results.map((result) => ({ ...result, line: set[result.index]?.line ?? 0 })));
  }
  answer(options, {
    json: { results: looked },
    ids: looked.filter(({ problem }) => problem === null).map(({ name }) => name),
    text: () =>
      tableText(
        looked,
        [
          ["NAME", ({ name }) => name],
          ["WOULD BE", ({ problem }) => problem?.detail ?? "provisioned"],
        ],
        process.stdout.columns,
      ),
  });
  if (looked.some(({ problem }) => problem !== null))
    throw new CommandEnd("conflict", "Not all of them can be provisioned.");
}

function recipientOf(given: string): string {
  const parsed = recipientSchema.safeParse(given);
  if (parsed.success && parsed.data !== null) return parsed.data;
  throw new InvalidArgumentError(parsed.error?.issues[0]?.message ?? "");
}

/** The file for what is encrypted, made before there is anything to lose. */
function reserveOut(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    throw new CommandEnd("usage", `Nothing was done: ${path} cannot be made anew (${codeOf(error)}).`);
  }
}

async function provision(tools: Tools, options: Options, names: readonly string[]): Promise<void> {
  const { recipient = null, secretsDir, out, each } = options;
  const rows = await machinesOf(names, options);
  if (secretsDir !== undefined && recipient !== null)
    throw new CommandEnd("usage", "It is either --secrets-dir or --recipient.");
  if (recipient !== null && rows.length > MACHINES_AT_ONCE_MAX)
    throw new CommandEnd("usage", `One encrypted file holds at most ${MACHINES_AT_ONCE_MAX} machines.`);
  if (options.dryRun) return look(tools, rows, options);
  const files =
    secretsDir === undefined
      ? null
      : reserve(
          secretsDir,
          rows.map(({ machine }) => machine.name.trim()),
        );
  if (out !== undefined && recipient !== null) reserveOut(out);
  const results: (Result & { readonly file?: string })[] = [];
  let encrypted: string | null = null;
  try {
    for (const set of setsOf(rows)) {
      progress(`provisioning ${results.length + set.length} of ${rows.length}`);
      const mode = each ? ("each" as const) : ("all" as const);
      const done = await tools.client
        .ask(provisionMachines, { machines: set.map(({ machine }) => machine), mode, recipient })
        .catch((error: unknown) => {
          throw byLine(error, set);
        });
      encrypted = done.encrypted;
      for (const result of done.results) {
        const issued = issuedOf(result);
        const file = files && issued ? { file: files.put(tools.url, issued) } : {};
        results.push({ ...result, ...file });
      }
    }
  } finally {
    files?.release();
    if (results.length > 0) show(tools, options, { results, encrypted });
  }
  const failed = results.filter(({ problem }) => problem !== null);
  for (const { name, problem } of failed) note(`${name}: ${problem?.detail}`);
  if (failed.length > 0)
    throw new CommandEnd("conflict", `${failed.length} of ${results.length} were not provisioned.`);
}

/** Says what was made. A secret that went to a file is in no answer. */
function show(
  { url }: Tools,
  options: Options,
  {
    results,
    encrypted,
  }: {
    readonly results: readonly (Result & { readonly file?: string })[];
    readonly encrypted: string | null;
  },
): void {
  const made = results.flatMap((result) =>
    result.provisioned ? [{ ...result, ...result.provisioned }] : [],
  );
  const [ids, count] = [made.map(({ machineId }) => machineId), made.length];
  const isToFiles = options.secretsDir !== undefined;
  if (encrypted !== null && options.out !== undefined) writeFileSync(options.out, encrypted);
  else if (encrypted !== null && !options.json) {
    process.stdout.write(encrypted);
    note(`Provisioned ${count}; what only the recipient reads is on standard output.`);
    return;
  }
  const shown = results.map(({ provisioned, ...result }) => {
    const { clientSecret, ...rest } = provisioned ?? { clientSecret: null };
    return { ...result, provisioned: provisioned && (isToFiles ? rest : { ...rest, clientSecret }) };
  });
  answer(options, {
    json: { results: shown, ...(encrypted !== null && options.out === undefined && { encrypted }) },
    ids: isToFiles || encrypted !== null ? ids : made.map(({ clientSecret }) => clientSecret ?? ""),
    text: () => {
      if (encrypted !== null) return "";
      if (isToFiles) return plain(results.flatMap(({ file }) => file ?? []));
      return made
        .map(
          (one) =>
            `# ${plain([one.name])}\n${envText(url, { ...one, clientSecret: one.clientSecret ?? "" })}`,
        )
        .join("\n");
    },
  });
  if (!options.quiet)
    note(
      `Provisioned ${count}${isToFiles ? `, each with its secret in a file of its own in ${options.secretsDir}` : ""}.`,
    );
}

export function addProvision(machines: Command): void {
  const command = leaf(
    machines,
    "provision [names...]",
    "Provision machines, each with its first client secret",
    [
      'machines provision "Invoices pool" --secrets-dir ./secrets',
      "machines provision --file machines.csv --secrets-dir ./secrets   # name,kind,tags,…: the options below are its columns",
      "machines provision --file names.txt --recipient age1… > secrets.age",
      "machines provision lane-1 lane-2 --dry-run",
    ],
  )
    .option("--file <path>", "a list of names, or CSV with a line of columns first; - is standard input")
    .option("--each", "those that can be, where others cannot; all or none otherwise")
    .option(
      "--recipient <age1…>",
      "encrypt the secrets with age; nobody but its owner reads them",
      recipientOf,
    )
    .option("--out <path>", "of --recipient: where to; standard output otherwise")
    .option("--dry-run", "only say whether they could be");
  withDetails(withSecretsDir(command), ["name"]).action(
    acting<[string[]], Options>((tools, options, names) => provision(tools, options, names)),
  );
}
