import type { Ctx } from "@/lib/ctx";
import { markDisabled } from "@/lib/machines/commands/withdraw-machine";
import { endSessions } from "@/lib/sessions/commands/end-sessions";

/**
 * Refuses a machine's robots until it is enabled again, and disconnects its hosts.
 * @returns the hosts that were disconnected; none when it was disabled already
 */
export async function disableMachine(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<{ disconnectedHosts: string[] }> {
  if (!(await markDisabled(ctx, { machineId }))) return { disconnectedHosts: [] };
  return { disconnectedHosts: await endSessions(ctx, { machineIds: [machineId] }, "machine disabled") };
}
