import type { Command } from "commander";
import { acting, answer, leaf, type Tools } from "@/cli/command";
import { progress } from "@/cli/console";
import { CommandEnd } from "@/cli/exit-codes";
import { detailsIn, withDetails } from "@/cli/machine-details";
import { type MachineLine, namedMachines, readMachines } from "@/cli/machine-file";
import { type ManyDestination, makeSecrets, withManyDestinations } from "@/cli/many-secrets";
import { readText } from "@/cli/read-text";
import { tableText } from "@/cli/table";
import { AdminProblem } from "@/lib/admin-api/client";
import { provisionMachines } from "@/lib/admin-api/contract/bulk";

type Options = ManyDestination & {
  readonly file?: string;
  readonly kind?: string;
  readonly each?: boolean;
  readonly dryRun?: boolean;
};

async function machinesOf(names: readonly string[], { file, ...options }: Options): Promise<MachineLine[]> {
  const more = { kind: "Template", ...detailsIn(options) };
  if ((file === undefined) === (names.length === 0))
    throw new CommandEnd("usage", "Name machines, or a --file that does; one of the two.");
  if (file !== undefined) return readMachines(await readText(file), more);
  return namedMachines(names, more);
}

/** The wrong rows of a request, by their lines. */
function byLine(error: unknown, rows: readonly MachineLine[]): unknown {
  if (!(error instanceof AdminProblem)) return error;
  const named = error.errors.map(({ field, detail }) => {
    const [, index, member] = /^machines\.(\d+)(?:\.(.+))?$/.exec(field) ?? [];
    const row = rows[Number(index)];
    if (!row) return `${field}: ${detail}`;
    return `${row.where}: ${member ? `${member}: ` : ""}${detail}`;
  });
  return named.length > 0 ? new CommandEnd("usage", "Nothing was provisioned:", named) : error;
}

async function look({ client }: Tools, machines: unknown[], options: Options): Promise<void> {
  const { results } = await client.ask(provisionMachines, { machines, mode: "each" }, { dryRun: true });
  answer(options, {
    json: { results },
    ids: results.filter(({ problem }) => problem === null).map(({ name }) => name),
    text: () =>
      tableText(
        results,
        [
          ["NAME", ({ name }) => name],
          ["WOULD BE", ({ problem }) => problem?.detail ?? "provisioned"],
        ],
        process.stdout.columns,
      ),
  });
  if (results.some(({ problem }) => problem !== null))
    throw new CommandEnd("conflict", "Not all of them can be provisioned.");
}

const PROVISIONED = { done: "Provisioned", member: "provisioned" } as const;

async function provision(tools: Tools, options: Options, names: readonly string[]): Promise<void> {
  const { recipient = null, each } = options;
  const rows = await machinesOf(names, options);
  const machines = rows.map(({ machine }) => machine);
  if (options.dryRun) return look(tools, machines, options);
  const asked = { machines, mode: each ? ("each" as const) : ("all" as const), recipient };
  const labels = machines.map(({ name }) => String(name).trim());
  await makeSecrets(tools, options, labels, PROVISIONED, async () => {
    progress(`provisioning ${rows.length}`);
    const { results, encrypted } = await tools.client
      .ask(provisionMachines, asked)
      .catch((error: unknown) => {
        throw byLine(error, rows);
      });
    return {
      results: results.map(({ provisioned, ...row }) => ({ ...row, secret: provisioned })),
      encrypted,
    };
  });
}

export function addProvision(machines: Command): void {
  const command = leaf(
    machines,
    "provision [names...]",
    "Provision machines, each with its first client secret",
    [
      'machines provision "Invoices pool" --secrets-dir ./secrets',
      "machines provision --file machines.csv --secrets-dir ./secrets   # name,kind,tags,…",
      "machines provision --file names.txt --recipient age1… > secrets.age",
      "machines provision lane-1 lane-2 --dry-run",
    ],
  )
    .option("--file <path>", "a list of names, or CSV with a line of columns first; - is standard input")
    .option("--each", "those that can be, where others cannot; all or none otherwise")
    .option("--dry-run", "only say whether they could be");
  withDetails(withManyDestinations(command), ["name"]).action(
    acting<[string[]], Options>((tools, options, names) => provision(tools, options, names)),
  );
}
