import { type Command, Option } from "commander";
import { type Choosing, chosen, type Filters, filterIn, withChoice, withFilters } from "@/cli/chosen";
import { acting, answer, answerList, groupOf, leaf, type Manner, type Tools, taken } from "@/cli/command";
import { note } from "@/cli/console";
import { type Cutting, cutting, isWanted, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import { findMachine } from "@/cli/find";
import { detailsIn, withDetails } from "@/cli/machine-details";
import { limitOption } from "@/cli/options";
import { type Column, factsText } from "@/cli/table";
import type { RowOf, SentTo } from "@/lib/admin-api/client";
import { deleteMachines, disableMachines, enableMachines } from "@/lib/admin-api/contract/bulk";
import { editMachine, getMachine, listMachines } from "@/lib/admin-api/contract/machines";
import { MACHINE_SORTS } from "@/lib/machines/schema";
import { addProvision } from "./provision";

const COLUMNS: readonly Column<RowOf<typeof listMachines>>[] = [
  ["NAME", ({ name }) => name],
  ["KIND", ({ kind }) => kind],
  ["CLIENT ID", ({ clientId }) => clientId],
  ["SECRETS", ({ liveSecrets }) => liveSecrets],
  ["KEYS", ({ liveKeys }) => liveKeys],
  ["HOSTS", ({ connectedHosts }) => connectedHosts],
  ["LAST USED", ({ lastUsedAt }) => lastUsedAt],
  ["STATE", ({ isEnabled }) => (isEnabled ? "enabled" : "disabled")],
];

type Listing = Manner &
  Filters & {
    readonly sort?: (typeof MACHINE_SORTS)[number];
    readonly desc?: boolean;
    readonly limit?: number;
  };

async function list({ client }: Tools, options: Listing): Promise<void> {
  const { limit, desc, sort } = options;
  const asked = { ...filterIn(options), sort, direction: desc ? ("desc" as const) : undefined };
  const rows = await taken(client.rows(listMachines, asked), limit);
  answerList(options, rows, { id: ({ id }) => id, columns: COLUMNS });
}

async function show({ client }: Tools, options: Manner, given: string): Promise<void> {
  const { id: machineId } = await findMachine(client, given);
  const machine = await client.ask(getMachine, { machineId });
  const facts = Object.entries(machine).map(
    ([name, value]) => [name, value ?? (name === "createdBy" ? null : "what the tenant says")] as const,
  );
  answer(options, {
    json: machine,
    ids: [machine.id],
    text: () => factsText(facts),
  });
}

async function edit({ client }: Tools, options: Cutting, given: string): Promise<void> {
  const changes = detailsIn(options);
  if (Object.keys(changes).length === 0) throw new CommandEnd("usage", "Say what changes. See --help.");
  const { id: machineId } = await findMachine(client, given);
  const machine = await client.ask(getMachine, { machineId });
  const members = Object.keys(editMachine.body.shape);
  const kept = Object.fromEntries(Object.entries(machine).filter(([name]) => members.includes(name)));
  const input = { machineId, ...kept, ...changes } as SentTo<typeof editMachine>;
  const ifMatch = machine.revision;
  await cutting(options, `Save ${machine.name}`, {
    look: () => client.ask(editMachine, input, { ifMatch, dryRun: true }),
    cut: () => client.ask(editMachine, input, { ifMatch }),
    ids: [machineId],
    isHarmless: true,
  });
}

type Many = Cutting & Choosing;

async function enable({ client }: Tools, options: Many, given: readonly string[]): Promise<void> {
  const { asked, ids, inWords } = await chosen(client, given, options);
  const preview = await client.ask(enableMachines, asked, { dryRun: true });
  const isHarmless = given.length > 0;
  if (!(await isWanted(options, `Enable ${inWords(preview.machines)}`, preview, { isHarmless }))) return;
  const done = await client.ask(enableMachines, { ...asked, preview: preview.token });
  answer(options, { json: done, ids, text: () => "" });
  if (!options.quiet) note(`Enabled ${inWords(done.machines)}.`);
}

const cutMany =
  (word: string, operation: typeof disableMachines | typeof deleteMachines) =>
  async ({ client }: Tools, options: Many, given: readonly string[]): Promise<void> => {
    const { asked, ids, inWords } = await chosen(client, given, options);
    await cutting(options, ({ machines }) => `${word} ${inWords(machines)}`, {
      look: () => client.ask(operation, asked, { dryRun: true }),
      cut: ({ token }) => client.ask(operation, { ...asked, preview: token }),
      ids,
    });
  };

export function addMachines(program: Command): void {
  const machines = groupOf(program, "machines", "Places that robots run from");
  withFilters(
    leaf(machines, "list", "List machines", [
      "machines list",
      "machines list --secrets neverUsed --quiet",
      "machines list --search lane --json | jq -r '.items[].clientId'",
    ]),
  )
    .addOption(new Option("--sort <by>", "in this order").choices(MACHINE_SORTS))
    .option("--desc", "the other way round")
    .addOption(limitOption())
    .action(acting<[], Listing>(list));
  leaf(machines, "show <machine>", "Show a machine, by its name, id or client id", [
    'machines show "Invoices pool"',
  ]).action(acting<[string]>(show));
  addProvision(machines);
  const editing = leaf(machines, "edit <machine>", "Change what options name, and nothing else", [
    "machines edit lane-1 --description 'Third floor' --tags floor-3,invoices",
    "machines edit lane-1 --client-authentication Key --dry-run",
  ]);
  withDetails(withCutting(editing), ["kind"]).action(acting<[string], Cutting>(edit));
  withChoice(
    withCutting(
      leaf(machines, "enable [machines...]", "Enable machines, all or none", [
        "machines enable lane-1",
        "machines enable --search floor-3 --yes",
      ]),
    ),
  ).action(acting<[string[]], Many>(enable));
  withChoice(
    withCutting(
      leaf(machines, "disable [machines...]", "Disable machines and disconnect their hosts, all or none", [
        "machines disable lane-1 --dry-run",
        "machines disable --search floor-3 --yes",
      ]),
    ),
  ).action(acting<[string[]], Many>(cutMany("Disable", disableMachines)));
  withChoice(
    withCutting(
      leaf(machines, "delete [machines...]", "Delete machines with their credentials, all or none", [
        "machines delete lane-1 lane-2 --dry-run",
        "machines delete --secrets neverUsed",
      ]),
    ),
  ).action(acting<[string[]], Many>(cutMany("Delete", deleteMachines)));
}
