import { guardApiClients } from "@/lib/api-clients/gate";
import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import type { ChosenMachine } from "@/lib/machines/queries";
import { noSuchMachine } from "@/lib/machines/refusals";

export type LockedMachine = {
  readonly name: string;
  readonly clientId: string;
  readonly isApiClient: boolean;
  readonly isEnabled: boolean;
};

/**
 * Takes the machine's row for this transaction, so that deeds on one machine come one after the other.
 * @param tenantId the actor's own unless given
 * @throws Refusal `not_found` when the tenant has no such machine; as `guardApiClients` does for an API client
 */
export async function lockMachine(
  ctx: Ctx<UserActor | SystemActor>,
  machineId: string,
  tenantId = "tenantId" in ctx.actor ? ctx.actor.tenantId : null,
): Promise<LockedMachine> {
  type Row = { name: string; client_id: string; kind: string; disabled_at: Date | null };
  const [row] = await ctx.db.$queryRaw<Row[]>`
    SELECT name, client_id, kind::text AS kind, disabled_at FROM machines
     WHERE id = ${machineId}::uuid AND tenant_id = ${tenantId}::uuid AND deleted_at IS NULL
       FOR NO KEY UPDATE`;
  if (!row) throw noSuchMachine();
  const isApiClient = row.kind === "ApiClient";
  if (isApiClient) await guardApiClients(ctx, tenantId ?? "", [machineId]);
  return { name: row.name, clientId: row.client_id, isApiClient, isEnabled: row.disabled_at === null };
}

/** Takes rows of many machines for this transaction, in one order. @returns those that are there; an API client is no machine here */
export async function lockMachines(ctx: Ctx, machineIds: readonly string[]): Promise<ChosenMachine[]> {
  return ctx.db.$queryRaw<ChosenMachine[]>`
    SELECT id, name, client_id AS "clientId" FROM machines
     WHERE id = ANY(${[...machineIds]}::uuid[]) AND tenant_id = ${ctx.actor.tenantId}::uuid AND deleted_at IS NULL
       AND kind <> 'ApiClient'
     ORDER BY id FOR NO KEY UPDATE`;
}
