import { holdOwnRights } from "@/lib/api-clients/gate";
import { listManagersMadeBy } from "@/lib/api-clients/queries";
import { requireSettled } from "@/lib/api-clients/refusals";
import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allowInstallation } from "@/lib/permissions";
import type { ShareInstallationInput } from "@/lib/users/schema";

type Manager = { readonly id: string };

/**
 * Everybody who manages the installation, held until this transaction ends: so two cannot take it from each other.
 * @throws Refusal `forbidden` unless the actor manages the installation now, whatever they did when they asked
 */
export async function lockManagers(ctx: Ctx): Promise<Manager[]> {
  allowInstallation(ctx.actor);
  const managers = await ctx.db.$queryRaw<Manager[]>`
    SELECT id FROM admins WHERE manages_installation AND disabled_at IS NULL ORDER BY id FOR UPDATE`;
  if (await managesStill(ctx, managers)) return managers;
  throw new Refusal("forbidden", "You do not manage the installation any more.");
}

const managesStill = async ({ db, actor, now }: Ctx, managers: readonly Manager[]): Promise<boolean> =>
  actor.kind === "apiClient"
    ? (await holdOwnRights({ db, actor, now })).managesInstallation
    : managers.some(({ id }) => id === actor.id);

/**
 * Lets a member of the actor's tenant do what concerns all tenants, or no longer.
 * @throws Refusal `forbidden` unless the actor manages the installation now; `not_found`; `conflict` when nobody would be left, or
 *   at `apiClients` when they made some that manage it
 */
export async function shareInstallation(
  ctx: Ctx,
  { adminId, manages, apiClients }: ShareInstallationInput,
): Promise<null> {
  const managers = await lockManagers(ctx);
  const member = await ctx.db.membership.findUnique({
    where: { adminId_tenantId: { adminId, tenantId: ctx.actor.tenantId } },
    select: { admin: { select: { email: true, managesInstallation: true } } },
  });
  if (!member) throw new Refusal("not_found", "This person is not in the tenant any more.");
  const { email, managesInstallation } = member.admin;
  if (managesInstallation === manages) return null;
  if (!manages && managers.length === 1) {
    throw new Refusal("conflict", "Nobody else manages the installation. Let somebody else do so first.");
  }
  if (!manages) {
    const made = await listManagersMadeBy(ctx, { adminId });
    requireSettled(made, apiClients, " for the installation");
  }
  await ctx.db.admin.update({ where: { id: adminId }, data: { managesInstallation: manages } });
  await record(ctx, [{ type: "admin.manages_installation", adminId, email, manages }]);
  return null;
}
