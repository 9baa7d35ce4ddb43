import { listMadeBy } from "@/lib/api-clients/queries";
import { requireSettled } from "@/lib/api-clients/refusals";
import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import type { ChangeRoleInput, LeavingInput } from "@/lib/users/schema";
import { endSignInsOf } from "./end-sign-ins";
import { keepAnAdministrator, lockMembers, memberIn, protectInstallation } from "./lock-members";

type Whom = { readonly adminId: string };

const membershipOf = (ctx: Ctx, adminId: string) => ({
  adminId_tenantId: { adminId, tenantId: ctx.actor.tenantId },
});

/**
 * Links that somebody made outlive them only as long as they may still make some: else whoever is removed could come back
 * by an invite of their own.
 */
async function withdrawLinksOf(ctx: Ctx, adminId: string): Promise<void> {
  await ctx.db.invite.deleteMany({ where: { tenantId: ctx.actor.tenantId, createdById: adminId } });
  await ctx.db.passwordReset.deleteMany({ where: { createdById: adminId } });
}

/**
 * Gives a member another role; it counts from their next request on.
 * @throws Refusal `not_found`; `conflict` for the last administrator, or at `apiClients` when they made some that may do more
 */
export async function changeRole(ctx: Ctx, { adminId, role, apiClients }: ChangeRoleInput): Promise<null> {
  const members = await lockMembers(ctx);
  const { email, role: before } = memberIn(members, adminId);
  if (before === role) return null;
  if (role !== "Administrator") {
    keepAnAdministrator(members, adminId);
    await withdrawLinksOf(ctx, adminId);
  }
  requireSettled(await listMadeBy(ctx, { adminId, role }), apiClients, " that may do more than the new role");
  await ctx.db.membership.update({ where: membershipOf(ctx, adminId), data: { role } });
  await record(ctx, [{ type: "admin.role_changed", adminId, email, before, after: role }]);
  return null;
}

/**
 * Keeps a member out of the tenant until somebody enables them again, and ends their sign-ins.
 * @throws Refusal `not_found`; `conflict` for the last administrator, or at `apiClients` when they made some; `forbidden` for whoever manages the
 *   installation
 */
export async function disablePerson(ctx: Ctx, { adminId, apiClients }: LeavingInput): Promise<null> {
  const members = await lockMembers(ctx);
  const member = memberIn(members, adminId);
  const { email } = member;
  protectInstallation(ctx, member);
  keepAnAdministrator(members, adminId);
  const { count } = await ctx.db.membership.updateMany({
    where: { adminId, tenantId: ctx.actor.tenantId, disabledAt: null },
    data: { disabledAt: ctx.now },
  });
  if (count === 0) return null;
  if (apiClients !== "keep") requireSettled(await listMadeBy(ctx, { adminId }), apiClients);
  await withdrawLinksOf(ctx, adminId);
  await endSignInsOf(ctx, adminId);
  await record(ctx, [{ type: "admin.disabled", adminId, email }]);
  return null;
}

/**
 * Lets a disabled member in again, as what they were.
 * @throws Refusal `not_found`
 */
export async function enablePerson(ctx: Ctx, { adminId }: Whom): Promise<null> {
  const { email } = memberIn(await lockMembers(ctx), adminId);
  const { count } = await ctx.db.membership.updateMany({
    where: { adminId, tenantId: ctx.actor.tenantId, disabledAt: { not: null } },
    data: { disabledAt: null },
  });
  if (count > 0) await record(ctx, [{ type: "admin.enabled", adminId, email }]);
  return null;
}

/**
 * Takes a member out of the tenant and ends their sign-ins. Their account stays: they may belong elsewhere, and the record
 * speaks of them.
 * @throws Refusal `not_found`; `conflict` for the last administrator, or at `apiClients` when they made some; `forbidden` for whoever manages the
 *   installation
 */
export async function removePerson(ctx: Ctx, { adminId, apiClients }: LeavingInput): Promise<null> {
  const members = await lockMembers(ctx);
  const member = memberIn(members, adminId);
  const { email } = member;
  protectInstallation(ctx, member);
  keepAnAdministrator(members, adminId);
  if (apiClients !== "keep") requireSettled(await listMadeBy(ctx, { adminId }), apiClients);
  await ctx.db.membership.delete({ where: membershipOf(ctx, adminId) });
  await withdrawLinksOf(ctx, adminId);
  await endSignInsOf(ctx, adminId);
  await record(ctx, [{ type: "admin.removed", adminId, email }]);
  return null;
}
