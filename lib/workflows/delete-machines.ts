import { lockCredentialsOf } from "@/lib/credentials/commands/move-end";
import { revokeCredentialsOfMachines } from "@/lib/credentials/commands/revoke-credential";
import type { Ctx } from "@/lib/ctx";
import { markDeleted } from "@/lib/machines/commands/withdraw-machine";
import type { ChosenMachines } from "@/lib/machines/schema";
import { allow } from "@/lib/permissions";
import { endRehearsalsOf } from "@/lib/rehearsals/commands";
import { endRotations } from "@/lib/rotations/commands/end-rotations";
import { inSets, lockChosen } from "./chosen-machines";
import { type Cut, type CutRows, cutRows, toldOf } from "./cut";
import { requireShown } from "./shown-cut";

async function deleteSet(ctx: Ctx, machineIds: readonly string[]): Promise<CutRows> {
  const { tenantId } = ctx.actor;
  const deleted = await markDeleted(ctx, { machineIds });
  await revokeCredentialsOfMachines(ctx, deleted);
  await endRotations(ctx, tenantId, { machineId: { in: deleted } }, "deleted");
  await endRehearsalsOf(ctx, [tenantId], { machineIds: deleted });
  return cutRows(ctx, tenantId, { machineIds: deleted }, "machine_deleted");
}

/**
 * Deletes chosen machines with their secrets and keys and disconnects their hosts, all of them or none.
 * @returns how many were deleted (fewer than were named when somebody was first) and the hosts that were disconnected
 * @throws Refusal as `lockChosen` and `requireShown` do
 */
export async function deleteMachines(ctx: Ctx, chosen: ChosenMachines): Promise<Cut & { deleted: number }> {
  allow(ctx.actor, "machines.delete");
  const { machines } = await lockChosen(ctx, chosen);
  await lockCredentialsOf(
    ctx,
    machines.map(({ id }) => id),
  );
  const sets = await inSets(machines, (set) =>
    deleteSet(
      ctx,
      set.map(({ id }) => id),
    ),
  );
  const sessions = sets.flatMap((set) => set.sessions);
  const jobIds = sets.flatMap((set) => set.jobIds);
  await requireShown(ctx, chosen.preview, { machines, hosts: sessions, jobIds });
  return { deleted: machines.length, ...toldOf({ sessions, jobIds }) };
}
