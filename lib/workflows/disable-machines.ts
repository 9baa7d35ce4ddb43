import type { Ctx } from "@/lib/ctx";
import { markDisabled, markEnabled } from "@/lib/machines/commands/withdraw-machine";
import type { ChosenMachines } from "@/lib/machines/schema";
import { allow } from "@/lib/permissions";
import { inSets, lockChosen } from "./chosen-machines";
import { type Cut, cutRows, toldOf } from "./cut";
import { requireShown } from "./shown-cut";

/** How many machines a deed has changed; those that were so already are not among them. */
export type Changed = { readonly machines: number };

/**
 * Refuses the robots of chosen machines until they are enabled again, and disconnects their hosts.
 * @returns how many were enabled before, and the hosts that were disconnected
 * @throws Refusal as `lockChosen` and `requireShown` do
 */
export async function disableMachines(ctx: Ctx, chosen: ChosenMachines): Promise<Cut & Changed> {
  allow(ctx.actor, "machines.disable");
  const { machines } = await lockChosen(ctx, chosen);
  const sets = await inSets(machines, async (set) => {
    const machineIds = await markDisabled(ctx, { machineIds: set.map(({ id }) => id) });
    return { machineIds, ...(await cutRows(ctx, ctx.actor.tenantId, { machineIds }, "machine_disabled")) };
  });
  const sessions = sets.flatMap((set) => set.sessions);
  const jobIds = sets.flatMap((set) => set.jobIds);
  await requireShown(ctx, chosen.preview, { machines, hosts: sessions, jobIds });
  return { machines: sets.flatMap(({ machineIds }) => machineIds).length, ...toldOf({ sessions, jobIds }) };
}

/** Lets the robots of chosen machines buy tokens again. @returns how many were disabled before */
export async function enableMachines(ctx: Ctx, chosen: ChosenMachines): Promise<Changed> {
  allow(ctx.actor, "machines.disable");
  const { machines } = await lockChosen(ctx, chosen);
  await requireShown(ctx, chosen.preview, { machines, hosts: [], jobIds: [] });
  const sets = await inSets(machines, (set) => markEnabled(ctx, { machineIds: set.map(({ id }) => id) }));
  return { machines: sets.flat().length };
}

/**
 * Refuses a machine's robots until it is enabled again, and disconnects its hosts.
 * @returns the hosts that were disconnected; none when it was disabled already
 */
export async function disableMachine(ctx: Ctx, { machineId }: { readonly machineId: string }): Promise<Cut> {
  const { disconnectedHosts, stoppedJobs } = await disableMachines(ctx, { machineIds: [machineId] });
  return { disconnectedHosts, stoppedJobs };
}
