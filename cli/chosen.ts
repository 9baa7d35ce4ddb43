import { type Command, Option } from "commander";
import type { AdminClient } from "@/lib/admin-api/client";
import { MACHINE_KINDS, MACHINE_STATES, SECRET_FILTERS } from "@/lib/machines/schema";
import { CommandEnd } from "./exit-codes";
import { findMachines, type Named } from "./find";
import { shown } from "./table";

/** What a list of machines is narrowed to. */
export type Filters = {
  readonly search?: string;
  readonly kind?: (typeof MACHINE_KINDS)[number];
  readonly state?: (typeof MACHINE_STATES)[number];
  readonly secrets?: (typeof SECRET_FILTERS)[number];
};

export const withFilters = (command: Command): Command =>
  command
    .option("--search <text>", "only those with this in name, description, tags or client id")
    .addOption(new Option("--kind <kind>", "only those of this kind").choices(MACHINE_KINDS))
    .addOption(new Option("--state <state>", "only those in this state").choices(MACHINE_STATES))
    .addOption(
      new Option("--secrets <which>", "only those whose secrets are like this").choices(SECRET_FILTERS),
    );

export const filterIn = ({ search, kind, state, secrets }: Filters): Filters => ({
  ...(search !== undefined && { search }),
  ...(kind && { kind }),
  ...(state && { state }),
  ...(secrets && { secrets }),
});

/** Of a command on many machines: those that are named, those that match, or all. */
export type Choosing = Filters & { readonly all?: boolean };

export const withChoice = (command: Command): Command =>
  withFilters(command.option("--all", "all machines; or say which by the options below"));

/** @returns whether machines are meant that nobody names */
export const isByFilter = (options: Choosing): boolean =>
  options.all === true || Object.keys(filterIn(options)).length > 0;

/** Machines as the API is told of them, and as people are. */
export type Chosen = {
  readonly asked: { readonly machineIds: string[] } | { readonly filter: Filters };
  readonly ids: readonly string[];
  readonly inWords: (count: number) => string;
};

const namesOf = (machines: readonly Named[]) =>
  `${machines.length === 1 ? "" : `${machines.length} machines: `}${shown(machines.map(({ name }) => name))}`;

/**
 * @param given names, ids or client ids
 * @throws CommandEnd `usage` unless machines are named or options say which, one of the two
 */
export async function chosen(
  client: AdminClient,
  given: readonly string[],
  options: Choosing,
): Promise<Chosen> {
  if (given.length > 0 === isByFilter(options))
    throw new CommandEnd("usage", "Name machines, or say --all or which; one of the two.");
  if (given.length === 0) {
    const inWords = (count: number) => `${count} ${count === 1 ? "machine" : "machines"}`;
    return { asked: { filter: filterIn(options) }, ids: [], inWords };
  }
  const machines = await findMachines(client, given);
  const ids = machines.map(({ id }) => id);
  return { asked: { machineIds: ids }, ids, inWords: () => namesOf(machines) };
}
