import type { Actor, ApiClientActor, Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allowIn, may, type Permission } from "@/lib/permissions";
import { mayDoMore } from "./refusals";
import { includesRights } from "./rules";
import type { ApiClientRights } from "./schema";

/** @returns what whoever acts may give an API client at the most: a person can be asked for their password */
export const rightsOf = (actor: UserActor): ApiClientRights => ({
  role: actor.role,
  managesInstallation: actor.managesInstallation,
  mayConfirm: actor.kind === "admin" || actor.mayConfirm,
});

/**
 * The way up that must not be: whoever adds a secret to an API client becomes it. So of machines that are API clients nothing is done by
 * who may not manage these, nor by who may do less than they.
 * @param tenantId of the machines
 * @throws Refusal `not_found` where API clients are not this one's to manage, `forbidden` where one may do more than the actor
 */
export async function guardApiClients(
  ctx: Ctx<UserActor | SystemActor>,
  tenantId: string,
  machineIds: readonly string[],
): Promise<void> {
  const { actor } = ctx;
  if (actor.kind === "system") return;
  const clients = await ctx.db.apiClient.findMany({
    where: { tenantId, machineId: { in: [...machineIds] } },
    select: { role: true, managesInstallation: true, mayConfirm: true },
  });
  if (clients.length === 0) return;
  if (!may(actor.role, "apiClients.manage")) {
    throw new Refusal("not_found", "There is no such machine. It may have been deleted.");
  }
  if (!clients.every((client) => includesRights(rightsOf(actor), client))) throw mayDoMore();
}

/**
 * The first line of every deed on a machine, or on what it proves who it is with.
 * @throws Refusal as `allow` and {@link guardApiClients} do
 */
export async function allowOn(
  ctx: Ctx<UserActor | SystemActor>,
  permission: Permission,
  machineId: string,
  tenantId = "tenantId" in ctx.actor ? ctx.actor.tenantId : "",
): Promise<void> {
  allowIn(ctx.actor, permission, tenantId);
  await guardApiClients(ctx, tenantId, [machineId]);
}

/**
 * What an API client may do at this moment, held for this transaction, so that what it is allowed to is not taken from it meanwhile.
 * @throws Refusal `forbidden` when it was disabled or deleted, or what it acts with
 */
export async function holdOwnRights(ctx: Ctx<ApiClientActor>): Promise<ApiClientRights> {
  const { id, tenantId, credentialId } = ctx.actor;
  const [rights] = await ctx.db.$queryRaw<ApiClientRights[]>`
    SELECT a.role::text AS role, a.manages_installation AS "managesInstallation", a.may_confirm AS "mayConfirm"
      FROM machines m JOIN api_clients a ON a.tenant_id = m.tenant_id AND a.machine_id = m.id
     WHERE m.id = ${id}::uuid AND m.tenant_id = ${tenantId}::uuid AND m.deleted_at IS NULL AND m.disabled_at IS NULL
       FOR SHARE OF m, a`;
  // A statement of its own: whoever ends a credential holds the machine's row, so this sees what they have done.
  const standing = await ctx.db.$queryRaw<unknown[]>`
    SELECT FROM credentials
     WHERE id = ${credentialId} AND machine_id = ${id}::uuid AND tenant_id = ${tenantId}::uuid AND revoked_at IS NULL
       AND disabled_at IS NULL AND (expires_at IS NULL OR expires_at > ${ctx.now})`;
  if (!rights || standing.length === 0)
    throw new Refusal("forbidden", "This API client, or what it acts with, does not stand any more.");
  return rights;
}

/** @returns a condition on what belongs to a machine: without those of API clients for whoever may not manage these */
export const ofSeenMachines = (actor: Actor) =>
  "role" in actor && may(actor.role, "apiClients.manage")
    ? {}
    : { machine: { kind: { not: "ApiClient" as const } } };
