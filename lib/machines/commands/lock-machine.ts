import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { noSuchMachine } from "@/lib/machines/refusals";

/**
 * Takes the machine's row for this transaction, so that deeds on one machine come one after the other.
 * @param tenantId the actor's own unless given
 * @throws Refusal `not_found` when the tenant has no such machine
 */
export async function lockMachine(
  ctx: Ctx<UserActor | SystemActor>,
  machineId: string,
  tenantId = "tenantId" in ctx.actor ? ctx.actor.tenantId : null,
): Promise<{ name: string; clientId: string; isEnabled: boolean }> {
  const [row] = await ctx.db.$queryRaw<{ name: string; client_id: string; disabled_at: Date | null }[]>`
    SELECT name, client_id, disabled_at FROM machines
     WHERE id = ${machineId}::uuid AND tenant_id = ${tenantId}::uuid AND deleted_at IS NULL
       FOR NO KEY UPDATE`;
  if (!row) throw noSuchMachine();
  return { name: row.name, clientId: row.client_id, isEnabled: row.disabled_at === null };
}
