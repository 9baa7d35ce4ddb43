import { revokeCredentialsOfMachines } from "@/lib/credentials/commands/revoke-credential";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { markDeleted } from "@/lib/machines/commands/withdraw-machine";
import { endRehearsalsOf } from "@/lib/rehearsals/commands";
import { endRotations } from "@/lib/rotations/commands/end-rotations";
import { type Cut, cut } from "./cut";

/**
 * Deletes machines with their secrets and keys and disconnects their hosts, all of them or none.
 * @returns how many were deleted (fewer than asked when somebody was first) and the hosts that were disconnected
 * @throws Refusal `not_found` when none of them is there
 */
export async function deleteMachines(
  ctx: Ctx,
  { machineIds }: { readonly machineIds: readonly string[] },
): Promise<Cut & { deleted: number }> {
  const deleted = await markDeleted(ctx, { machineIds });
  if (deleted.length === 0) {
    throw new Refusal("not_found", "Nothing was deleted: these machines are already gone.");
  }
  await revokeCredentialsOfMachines(ctx, deleted);
  await endRotations(ctx, ctx.actor.tenantId, { machineId: { in: deleted } }, "deleted");
  await endRehearsalsOf(ctx, [ctx.actor.tenantId], { machineIds: deleted });
  return {
    deleted: deleted.length,
    ...(await cut(ctx, ctx.actor.tenantId, { machineIds: deleted }, "machine_deleted")),
  };
}
