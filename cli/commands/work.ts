import { type Command, Option } from "commander";
import { acting, answer, answerList, groupOf, leaf, type Manner, type Tools, taken } from "@/cli/command";
import { terminalPrompt } from "@/cli/console";
import { type Cutting, removing, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import { findAsset, findMachine, findProcess } from "@/cli/find";
import { limitOption } from "@/cli/options";
import { readJsonFile, readText } from "@/cli/read-text";
import type { Column } from "@/cli/table";
import type { RowOf } from "@/lib/admin-api/client";
import * as assets from "@/lib/admin-api/contract/assets";
import * as processes from "@/lib/admin-api/contract/processes";
import { ASSET_TYPES, type AssetType } from "@/lib/assets/schema";
import { RUNTIME_TYPES } from "@/lib/jobs/schema";

const ASSET_COLUMNS: readonly Column<RowOf<typeof assets.listAssets>>[] = [
  ["NAME", ({ name }) => name],
  ["TYPE", ({ type }) => type],
  ["VALUE", ({ value }) => value ?? "(never shown)"],
  ["MACHINES WITH THEIR OWN", ({ machineValues }) => machineValues.map(({ machineName }) => machineName)],
  ["CHANGED", ({ updatedAt }) => updatedAt],
];

type Setting = Manner & {
  readonly type?: AssetType;
  readonly value?: string;
  readonly valueFile?: string;
  readonly username?: string;
  readonly description?: string;
  readonly machine?: string;
};

/** A password is never an argument: others see those. */
async function valueFor(type: AssetType, { value, valueFile }: Setting): Promise<string> {
  if (value !== undefined && valueFile !== undefined)
    throw new CommandEnd("usage", "It is either --value or --value-file.");
  if (value !== undefined && type === "Credential")
    throw new CommandEnd(
      "usage",
      "A password is never an argument. Give it by --value-file; - is standard input.",
    );
  if (value !== undefined) return value;
  if (valueFile !== undefined) return (await readText(valueFile)).replace(/\r?\n$/, "");
  const ask = terminalPrompt();
  if (ask)
    return ask(type === "Credential" ? "Password (not shown): " : "Value: ", {
      isHidden: type === "Credential",
    });
  throw new CommandEnd("usage", "Say --value or --value-file.");
}

async function setAsset({ client }: Tools, options: Setting, name: string): Promise<void> {
  const { username, description, type, machine } = options;
  const known = await findAsset(client, name).catch((error: unknown) => {
    if (
      error instanceof CommandEnd &&
      error.kind === "notFound" &&
      type !== undefined &&
      machine === undefined
    )
      return null;
    throw error;
  });
  if (known && type !== undefined && type !== known.type)
    throw new CommandEnd("conflict", `${known.name} is of the type ${known.type}, which it keeps.`);
  const kind = known?.type ?? type ?? "Text";
  const value = await valueFor(kind, options);
  let assetId = known?.id;
  if (assetId === undefined)
    ({ assetId } = await client.ask(assets.addAsset, { name, description, type: kind, username, value }));
  else if (machine === undefined) await client.ask(assets.setAsset, { assetId, username, value });
  else {
    const { id: machineId } = await findMachine(client, machine);
    await client.ask(assets.setMachineValue, { assetId, machineId, username, value });
  }
  answer(options, { json: { assetId }, ids: [assetId], text: () => "" });
}

async function deleteAsset(
  { client }: Tools,
  options: Cutting & { readonly machine?: string },
  given: string,
) {
  const { id: assetId, name } = await findAsset(client, given);
  const machine = options.machine === undefined ? null : await findMachine(client, options.machine);
  await removing(
    options,
    machine ? `Remove ${machine.name}'s own value of ${name}` : `Delete ${name} with all its values`,
    {
      remove: () =>
        machine
          ? client.ask(assets.removeMachineValue, { assetId, machineId: machine.id })
          : client.ask(assets.deleteAsset, { assetId }),
      ids: [assetId],
    },
  );
}

export function addAssets(program: Command): void {
  const group = groupOf(program, "assets", "Named values that robots fetch");
  leaf(group, "list", "List assets", ["assets list"])
    .addOption(limitOption())
    .action(
      acting<[], Manner & { readonly limit?: number }>(async ({ client }, options) =>
        answerList(options, await taken(client.rows(assets.listAssets, {}), options.limit), {
          id: ({ id }) => id,
          columns: ASSET_COLUMNS,
        }),
      ),
    );
  leaf(group, "set <asset>", "Set an asset's value; with --type it is added where there is none", [
    "assets set invoices.folder --type Text --value /srv/invoices",
    "assets set invoices.folder --machine lane-1 --value /mnt/invoices",
    "assets set bank --type Credential --username robot --value-file -",
  ])
    .addOption(new Option("--type <type>", "of a new one").choices(ASSET_TYPES))
    .option("--value <text>", "the value; never of a Credential")
    .option("--value-file <path>", "the value from a file; - is standard input")
    .option("--username <name>", "of a Credential")
    .option("--description <text>", "of a new one")
    .option("--machine <machine>", "for robots of this machine only")
    .action(acting<[string], Setting>(setAsset));
  withCutting(
    leaf(group, "delete <asset>", "Delete an asset with all its values", [
      "assets delete invoices.folder --yes",
    ]),
  )
    .option("--machine <machine>", "only this machine's own value")
    .action(acting<[string], Cutting & { readonly machine?: string }>(deleteAsset));
}

const PROCESS_COLUMNS: readonly Column<RowOf<typeof processes.listProcesses>>[] = [
  ["NAME", ({ name }) => name],
  ["RUNTIME", ({ runtimeType }) => runtimeType],
  ["DESCRIPTION", ({ description }) => description],
  ["ID", ({ id }) => id],
];

type Details = Manner & {
  readonly name?: string;
  readonly description?: string;
  readonly runtimeType?: (typeof RUNTIME_TYPES)[number];
  readonly defaultInput?: string;
};

async function detailsOf({ description, runtimeType, defaultInput: path }: Details) {
  const defaultInput = path === undefined ? undefined : await readJsonFile(path);
  return { description, runtimeType, defaultInput };
}

async function editProcess({ client }: Tools, options: Details, given: string): Promise<void> {
  const { id: processId, name, description, runtimeType, defaultInput } = await findProcess(client, given);
  const seen = { name, description, runtimeType, defaultInput };
  const changes = Object.entries({ name: options.name, ...(await detailsOf(options)) });
  const changed = Object.fromEntries(changes.filter(([, value]) => value !== undefined));
  await client.ask(processes.editProcess, { processId, ...seen, ...changed, seen });
  answer(options, { json: {}, ids: [processId], text: () => "" });
}

const withDetails = (command: Command) =>
  command
    .option("--description <text>", "what it does")
    .addOption(new Option("--runtime-type <type>", "which runtimes run it").choices(RUNTIME_TYPES))
    .option(
      "--default-input <path>",
      "a file of JSON for jobs that have none of their own; - is standard input",
    );

export function addProcesses(program: Command): void {
  const group = groupOf(program, "processes", "What robots know how to run");
  leaf(group, "list", "List processes", ["processes list"])
    .addOption(limitOption())
    .action(
      acting<[], Manner & { readonly limit?: number }>(async ({ client }, options) =>
        answerList(options, await taken(client.rows(processes.listProcesses, {}), options.limit), {
          id: ({ id }) => id,
          columns: PROCESS_COLUMNS,
        }),
      ),
    );
  withDetails(
    leaf(group, "add <name>", "Add a process", ["processes add Invoices --runtime-type Unattended"]),
  ).action(
    acting<[string], Details>(async ({ client }, options, name) => {
      const added = await client.ask(processes.addProcess, { name, ...(await detailsOf(options)) });
      answer(options, { json: added, ids: [added.processId], text: () => added.processId });
    }),
  );
  withDetails(
    leaf(group, "edit <process>", "Change what options name, and nothing else", [
      "processes edit Invoices --name Bills",
    ]),
  )
    .option("--name <name>", "what it is called")
    .action(acting<[string], Details>(editProcess));
  withCutting(
    leaf(group, "delete <process>", "Delete a process; its jobs stay", ["processes delete Invoices --yes"]),
  ).action(
    acting<[string], Cutting>(async ({ client }, options, given) => {
      const { id: processId, name } = await findProcess(client, given);
      const remove = () => client.ask(processes.deleteProcess, { processId });
      await removing(options, `Delete the process ${name}`, { remove, ids: [processId] });
    }),
  );
}
