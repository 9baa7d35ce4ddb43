import { taken } from "@/cli/command";
import type { AdminClient, RowOf } from "@/lib/admin-api/client";
import { AdminProblem } from "@/lib/admin-api/client";
import { getMachine, listMachines } from "@/lib/admin-api/contract/machines";
import { listProcesses } from "@/lib/admin-api/contract/processes";
import { getLimits, getTokenDefaults } from "@/lib/admin-api/contract/settings";
import type { AnswerOf } from "@/lib/admin-api/operation";
import { folded } from "@/lib/fold";
import type { Fleet } from "./file";

export type MachineRow = RowOf<typeof listMachines>;
export type PresentMachine = AnswerOf<(typeof getMachine)["answer"]>;
export type PresentProcess = RowOf<typeof listProcesses>;
export type Limits = AnswerOf<(typeof getLimits)["answer"]>;
export type TokenDefaults = Omit<
  AnswerOf<(typeof getTokenDefaults)["answer"]>,
  "installationLifetimeSeconds"
>;

/** What is there. */
export type Present = {
  readonly limits: Limits;
  readonly tokenDefaults: TokenDefaults;
  readonly processes: readonly PresentProcess[];
  readonly machines: readonly MachineRow[];
  /** Those of the machines that somebody wants to know more of, by id. */
  readonly details: ReadonlyMap<string, PresentMachine>;
};

const READ_AT_ONCE = 8;

/** @returns those of the machines that are still there, by id */
export async function detailsOf(client: AdminClient, rows: readonly MachineRow[]) {
  const details = new Map<string, PresentMachine>();
  const waiting = rows.values();
  const readOn = async () => {
    for (const { id } of waiting) {
      try {
        details.set(id, await client.ask(getMachine, { machineId: id }));
      } catch (error) {
        // Deleted since it was listed.
        if (!(error instanceof AdminProblem && error.status === 404)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, readOn));
  return details;
}

/**
 * Reads what is there, through the lists.
 * @param fleet of the machines that it names the details are read; of all of them without one
 * @throws as the client
 */
export async function readPresent(client: AdminClient, fleet?: Fleet): Promise<Present> {
  const [{ installationLifetimeSeconds, ...tokenDefaults }, limits, processes, listed] = await Promise.all([
    client.ask(getTokenDefaults, {}),
    client.ask(getLimits, {}),
    taken(client.rows(listProcesses, {})),
    taken(client.rows(listMachines, {})),
  ]);
  const names = fleet?.machines?.flatMap(({ name, previousName }) => [name, previousName ?? name]);
  const named = names && new Set(names.map(folded));
  const details = await detailsOf(
    client,
    named ? listed.filter(({ name }) => named.has(folded(name))) : listed,
  );
  const isThere = ({ id, name }: MachineRow) => details.has(id) || (named && !named.has(folded(name)));
  return { limits, tokenDefaults, processes, machines: listed.filter(isThere), details };
}
