import type { Ctx } from "@/lib/ctx";
import { markDisabled } from "@/lib/machines/commands/withdraw-machine";
import { type Cut, cut, NOTHING_CUT } from "./cut";

/**
 * Refuses a machine's robots until it is enabled again, and disconnects its hosts.
 * @returns the hosts that were disconnected; none when it was disabled already
 */
export async function disableMachine(ctx: Ctx, { machineId }: { readonly machineId: string }): Promise<Cut> {
  if (!(await markDisabled(ctx, { machineId }))) return NOTHING_CUT;
  return cut(ctx, ctx.actor.tenantId, { machineIds: [machineId] }, "machine_disabled");
}
