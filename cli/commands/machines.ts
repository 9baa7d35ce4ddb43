import { type Command, Option } from "commander";
import { acting, answerList, groupOf, leaf, type Manner, taken } from "@/cli/command";
import { limitOption } from "@/cli/options";
import type { Column } from "@/cli/table";
import type { RowOf } from "@/lib/admin-api/client";
import { listMachines } from "@/lib/admin-api/contract/machines";
import { MACHINE_KINDS, MACHINE_SORTS, MACHINE_STATES, SECRET_FILTERS } from "@/lib/machines/schema";

type MachineRow = RowOf<typeof listMachines>;

const COLUMNS: readonly Column<MachineRow>[] = [
  ["NAME", ({ name }) => name],
  ["KIND", ({ kind }) => kind],
  ["CLIENT ID", ({ clientId }) => clientId],
  ["SECRETS", ({ liveSecrets }) => liveSecrets],
  ["KEYS", ({ liveKeys }) => liveKeys],
  ["HOSTS", ({ connectedHosts }) => connectedHosts],
  ["LAST USED", ({ lastUsedAt }) => lastUsedAt],
  ["STATE", ({ isEnabled }) => (isEnabled ? "enabled" : "disabled")],
];

type Filters = {
  readonly search?: string;
  readonly kind?: (typeof MACHINE_KINDS)[number];
  readonly state?: (typeof MACHINE_STATES)[number];
  readonly secrets?: (typeof SECRET_FILTERS)[number];
};

/** What a list of machines can be narrowed to. */
const withFilters = (command: Command): Command =>
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
    .action(
      acting(async (client, { limit, desc, search, kind, state, secrets, sort, ...manner }: Listing) => {
        const asked = { search, kind, state, secrets, sort, direction: desc ? ("desc" as const) : undefined };
        const rows = await taken(client.rows(listMachines, asked), limit);
        answerList(manner, rows, { id: ({ id }) => id, columns: COLUMNS });
      }),
    );
}
