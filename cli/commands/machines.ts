import { type Command, Option } from "commander";
import { acting, answer, answerList, groupOf, leaf, type Manner, type Tools, taken } from "@/cli/command";
import { note } from "@/cli/console";
import { type Cutting, cutting, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import { findMachine, findMachines, type Named } from "@/cli/find";
import { detailsIn, withDetails } from "@/cli/machine-details";
import { limitOption } from "@/cli/options";
import { type Column, factsText, shown } from "@/cli/table";
import type { RowOf, SentTo } from "@/lib/admin-api/client";
import { deleteMachines } from "@/lib/admin-api/contract/bulk";
import {
  disableMachine,
  editMachine,
  enableMachine,
  getMachine,
  listMachines,
} from "@/lib/admin-api/contract/machines";
import {
  MACHINE_KINDS,
  MACHINE_SORTS,
  MACHINE_STATES,
  MACHINES_AT_ONCE_MAX,
  SECRET_FILTERS,
} from "@/lib/machines/schema";
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

export type Filters = {
  readonly search?: string;
  readonly kind?: (typeof MACHINE_KINDS)[number];
  readonly state?: (typeof MACHINE_STATES)[number];
  readonly secrets?: (typeof SECRET_FILTERS)[number];
};

/** What a list of machines can be narrowed to. */
export const withFilters = (command: Command): Command =>
  command
    .option("--search <text>", "only those with this in name, description, tags or client id")
    .addOption(new Option("--kind <kind>", "only those of this kind").choices(MACHINE_KINDS))
    .addOption(new Option("--state <state>", "only those in this state").choices(MACHINE_STATES))
    .addOption(
      new Option("--secrets <which>", "only those whose secrets are like this").choices(SECRET_FILTERS),
    );

type Listing = Manner &
  Filters & {
    readonly sort?: (typeof MACHINE_SORTS)[number];
    readonly desc?: boolean;
    readonly limit?: number;
  };

async function list({ client }: Tools, options: Listing): Promise<void> {
  const { limit, desc, search, kind, state, secrets, sort } = options;
  const asked = { search, kind, state, secrets, sort, direction: desc ? ("desc" as const) : undefined };
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

async function enable({ client }: Tools, options: Manner, given: readonly string[]): Promise<void> {
  const machines = await findMachines(client, given);
  for (const { id: machineId } of machines) await client.ask(enableMachine, { machineId });
  answer(options, { json: {}, ids: machines.map(({ id }) => id), text: () => "" });
  if (!options.quiet) note(`Enabled ${namesOf(machines)}.`);
}

async function disable({ client }: Tools, options: Cutting, given: string): Promise<void> {
  const { id: machineId, name } = await findMachine(client, given);
  await cutting(options, `Disable ${name}`, {
    look: () => client.ask(disableMachine, { machineId }, { dryRun: true }),
    cut: () => client.ask(disableMachine, { machineId }),
    ids: [machineId],
  });
}

const namesOf = (machines: readonly Named[]) =>
  `${machines.length === 1 ? "" : `${machines.length} machines: `}${shown(machines.map(({ name }) => name))}`;

async function remove({ client }: Tools, options: Cutting, given: readonly string[]): Promise<void> {
  const machines = await findMachines(client, given);
  if (machines.length > MACHINES_AT_ONCE_MAX)
    throw new CommandEnd("usage", `Delete at most ${MACHINES_AT_ONCE_MAX} machines at once.`);
  const machineIds = machines.map(({ id }) => id);
  await cutting(options, `Delete ${namesOf(machines)}`, {
    look: () => client.ask(deleteMachines, { machineIds }, { dryRun: true }),
    cut: ({ token }) => client.ask(deleteMachines, { machineIds, preview: token }),
    ids: machineIds,
  });
}

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
  leaf(machines, "enable <machines...>", "Enable machines", ["machines enable lane-1"]).action(
    acting<[string[]]>(enable),
  );
  withCutting(
    leaf(machines, "disable <machine>", "Disable a machine and disconnect its hosts", [
      "machines disable lane-1 --dry-run",
      "machines disable lane-1 --yes",
    ]),
  ).action(acting<[string], Cutting>(disable));
  withCutting(
    leaf(machines, "delete <machines...>", "Delete machines with their credentials, all or none", [
      "machines delete lane-1 lane-2 --dry-run",
      "machines delete lane-1 lane-2 --yes",
    ]),
  ).action(acting<[string[]], Cutting>(remove));
}
