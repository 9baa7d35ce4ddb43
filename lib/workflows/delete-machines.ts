import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { markDeleted } from "@/lib/machines/commands/withdraw-machine";
import { revokeSecretsOfMachines } from "@/lib/secrets/commands";
import { endSessions } from "@/lib/sessions/commands/end-sessions";

/**
 * Deletes machines with their secrets and disconnects their hosts, all of them or none.
 * @returns how many were deleted (fewer than asked when somebody was first) and the hosts that were disconnected
 * @throws Refusal `not_found` when none of them is there
 */
export async function deleteMachines(
  ctx: Ctx,
  { machineIds }: { readonly machineIds: readonly string[] },
): Promise<{ deleted: number; disconnectedHosts: string[] }> {
  const deleted = await markDeleted(ctx, { machineIds });
  if (deleted.length === 0) {
    throw new Refusal("not_found", "Nothing was deleted: these machines are already gone.");
  }
  await revokeSecretsOfMachines(ctx, deleted);
  const disconnectedHosts = await endSessions(ctx, { machineIds: deleted }, "machine deleted");
  return { deleted: deleted.length, disconnectedHosts };
}
