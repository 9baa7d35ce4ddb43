import { CommandEnd, endOf } from "@/cli/exit-codes";
import type { AdminClient } from "@/lib/admin-api/client";
import { deleteMachines } from "@/lib/admin-api/contract/bulk";
import { disableMachine, editMachine, enableMachine } from "@/lib/admin-api/contract/machines";
import { addProcess, deleteProcess, editProcess } from "@/lib/admin-api/contract/processes";
import { editLimits, saveTokenDefaults } from "@/lib/admin-api/contract/settings";
import { type Change, sent } from "./diff";
import { DELETED_AT_ONCE, type Deletion, type Plan, parts } from "./plan";
import { detailsOf } from "./present";
import { type Creation, checkPlaces, provision, type Site } from "./provision";

type MachineChange = Extract<Change, { what: "machine"; action: "change" }>;

/** Saves the details against the revision that was read, and switches. */
async function changeMachine(client: AdminClient, change: MachineChange): Promise<void> {
  const { machine, after, fields, isEnabled } = change;
  const machineId = machine.id;
  if (fields.some(({ field }) => field !== "enabled"))
    await client.ask(editMachine, sent({ machineId, ...after }), { ifMatch: machine.revision });
  if (machine.isEnabled && !isEnabled) await client.ask(disableMachine, { machineId });
  if (!machine.isEnabled && isEnabled) await client.ask(enableMachine, { machineId });
}

/** Makes one change; what is done to many machines at once is not among them. */
async function make(client: AdminClient, change: Change): Promise<void> {
  if (change.what === "limits") {
    await client.ask(editLimits, { limits: change.after, seen: change.before });
  } else if (change.what === "tokenDefaults") {
    await client.ask(saveTokenDefaults, sent({ defaults: change.after, seen: change.before }));
  } else if (change.what === "machine") {
    if (change.action === "change") await changeMachine(client, change);
  } else if (change.action === "create") {
    await client.ask(addProcess, change.details);
  } else if (change.action === "delete") {
    await client.ask(deleteProcess, { processId: change.process.id });
  } else {
    const { id: processId, name, description, runtimeType, defaultInput } = change.process;
    const seen = { name, description, runtimeType, defaultInput };
    await client.ask(editProcess, { processId, ...change.after, seen });
  }
}

/** How many machines are provisioned at once: so many secrets are under way at the most. */
const SET_SIZE = 100;

const isCreation = (change: Change): change is Creation =>
  change.what === "machine" && change.action === "create";
const isDeletion = (change: Change) => change.what === "machine" && change.action === "delete";

/** The changes in order, those together that are made by one request. */
function* steps(changes: readonly Change[], setSize: number): Generator<readonly Change[]> {
  const deletions = changes.filter(isDeletion);
  const creations = changes.filter(isCreation);
  let isDeleted = false;
  let isCreated = false;
  for (const change of changes) {
    if (isDeletion(change)) {
      if (!isDeleted) yield* parts(deletions, DELETED_AT_ONCE);
      isDeleted = true;
    } else if (isCreation(change)) {
      if (!isCreated) yield* parts(creations, setSize);
      isCreated = true;
    } else yield [change];
  }
}

/** @throws CommandEnd `conflict` where one of them has another name by now; AdminProblem where more would be cut than was there when it was planned */
async function deleteThese(client: AdminClient, { machines, preview }: Deletion): Promise<void> {
  const now = await detailsOf(client, machines);
  const renamed = machines.flatMap(({ id, name }) => {
    const { name: other = name } = now.get(id) ?? {};
    return other === name ? [] : [`“${name}” is called “${other}” by now`];
  });
  if (renamed.length > 0)
    throw new CommandEnd("conflict", "None of these machines was deleted: look again.", renamed);
  await client.ask(deleteMachines, { machineIds: machines.map(({ id }) => id), preview });
}

async function makeStep(site: Site, step: readonly Change[], deletions: Plan["deletions"]): Promise<void> {
  const [first] = step;
  if (!first) return;
  if (isCreation(first)) return provision(site, step.filter(isCreation));
  if (first.what === "machine" && first.action === "delete") {
    const deletion = deletions.find(({ machines }) => machines.includes(first.machine));
    if (!deletion) throw new Error("this plan was made to look at only");
    return deleteThese(site.client, deletion);
  }
  await make(site.client, first);
}

/**
 * Makes the changes of a plan. What somebody else changed since it was made is not overwritten: it is refused, and what was made before stays.
 * Applied again after it was stopped, wherever, it makes what is left.
 * @throws CommandEnd `usage` before anything is done where a secret has no place to go to; else with what stopped it
 */
export async function apply(site: Site, { planned, deletions }: Plan): Promise<void> {
  const changes = planned.map(({ change }) => change);
  checkPlaces(site, changes.filter(isCreation));
  let made = 0;
  for (const step of steps(changes, site.setSize ?? SET_SIZE)) {
    try {
      await makeStep(site, step, deletions);
    } catch (error) {
      const { kind, message, lines } = endOf(error);
      const about = step.length === 1 ? `${step[0]?.what} “${step[0]?.name}”: ` : "";
      const left = `${made} of ${changes.length} changes were made before that. Applied again, the rest follows.`;
      throw new CommandEnd(kind, `${about}${message}`, [...lines, left]);
    }
    made += step.length;
    site.say(`${made} of ${changes.length} changes made`);
  }
}
