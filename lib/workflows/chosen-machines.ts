import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { findMatching } from "@/lib/fleet/queries/list-machines";
import { formatCount } from "@/lib/format";
import { lockMachines } from "@/lib/machines/commands/lock-machine";
import { type ChosenMachine, listChosen } from "@/lib/machines/queries";
import { noSuchMachine } from "@/lib/machines/refusals";
import { type ChosenMachines, MACHINES_MATCHING_MAX } from "@/lib/machines/schema";

/** @returns the ids that are meant @throws Refusal `invalid`, or `limit_reached` where more match than one deed is done to */
async function meant(ctx: Ctx, { machineIds, filter }: ChosenMachines): Promise<readonly string[]> {
  if ((machineIds === undefined) === (filter === undefined)) {
    throw new Refusal(
      "invalid",
      "Name machines by machineIds, or all that match by filter: one of the two.",
      {
        field: "machineIds",
      },
    );
  }
  if (machineIds) return [...new Set(machineIds)];
  const ids = filter ? await findMatching(ctx, filter, MACHINES_MATCHING_MAX + 1) : [];
  if (ids.length <= MACHINES_MATCHING_MAX) return ids;
  throw new Refusal(
    "limit_reached",
    `More than ${formatCount(MACHINES_MATCHING_MAX)} machines match. Narrow the filter, and do it in several parts.`,
    { field: "filter" },
  );
}

export type Chosen = {
  /** By id. */
  readonly machines: readonly ChosenMachine[];
  /** Ids that were named and are no machine of the tenant. */
  readonly missing: readonly string[];
};

const choosing =
  (read: (ctx: Ctx, ids: readonly string[]) => Promise<ChosenMachine[]>) =>
  async (ctx: Ctx, chosen: ChosenMachines): Promise<Chosen> => {
    const ids = await meant(ctx, chosen);
    const machines = await read(ctx, ids);
    if (machines.length === 0) {
      throw ids.length === 1 && chosen.machineIds
        ? noSuchMachine()
        : new Refusal("not_found", "Nothing was done: none of these machines is there any more.");
    }
    const there = new Set(machines.map(({ id }) => id));
    return { machines, missing: ids.filter((id) => !there.has(id)) };
  };

/**
 * The machines that a deed on many is about, as they are at this moment.
 * @throws Refusal `not_found` when there is none; `invalid` and `limit_reached` as {@link meant} says
 */
export const findChosen = choosing(listChosen);

/** The same, held for this transaction. */
export const lockChosen = choosing(lockMachines);

/** So many machines are written to at once. */
const MACHINES_A_SET = 500;

/** @returns what is done to each set of so many machines that its statements stay small, one set after the other */
export async function inSets<I, T>(
  items: readonly I[],
  run: (set: readonly I[]) => Promise<T>,
): Promise<T[]> {
  const done: T[] = [];
  for (let from = 0; from < items.length; from += MACHINES_A_SET)
    done.push(await run(items.slice(from, from + MACHINES_A_SET)));
  return done;
}
