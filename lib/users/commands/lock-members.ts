import { holdOwnRights } from "@/lib/api-clients/gate";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";
import type { Role } from "@/lib/roles";
import { isLastAdministrator } from "@/lib/users/rules";

export type Member = {
  readonly adminId: string;
  readonly email: string;
  readonly role: Role;
  readonly isDisabled: boolean;
  readonly managesInstallation: boolean;
};

/**
 * The tenant's members, held until this transaction ends: who decides about people does so one after the other. So two
 * administrators cannot remove each other, and one who was removed a moment ago decides nothing any more.
 * @throws Refusal `forbidden` unless the actor is an administrator now, whatever they were when they asked
 */
export async function lockMembers(ctx: Ctx): Promise<Member[]> {
  allow(ctx.actor, "people.manage");
  const members = await ctx.db.$queryRaw<Member[]>`
    SELECT m.admin_id AS "adminId", a.email, m.role::text AS role,
           (m.disabled_at IS NOT NULL OR a.disabled_at IS NOT NULL) AS "isDisabled",
           a.manages_installation AS "managesInstallation"
      FROM memberships m JOIN admins a ON a.id = m.admin_id
     WHERE m.tenant_id = ${ctx.actor.tenantId}::uuid
     ORDER BY m.admin_id FOR UPDATE OF m`;
  await requireAdministratorStill(ctx, members);
  return members;
}

/** @throws Refusal `forbidden` */
async function requireAdministratorStill({ db, actor, now }: Ctx, members: readonly Member[]): Promise<void> {
  if (actor.kind === "apiClient") {
    const { role } = await holdOwnRights({ db, actor, now });
    if (role === "Administrator") return;
  } else {
    const own = members.find(({ adminId }) => adminId === actor.id);
    if (own?.role === "Administrator" && !own.isDisabled) return;
  }
  throw new Refusal("forbidden", "You are not an administrator of this tenant any more.");
}

/** @returns whether the person who acts manages the installation now; it is not taken from them until this transaction ends */
export async function holdInstallation({ db, actor }: Ctx): Promise<boolean> {
  if (!actor.managesInstallation) return false;
  const rows = await db.$queryRaw<unknown[]>`
    SELECT FROM admins WHERE id = ${actor.id}::uuid AND manages_installation FOR SHARE`;
  return rows.length > 0;
}

/** @throws Refusal `not_found` when this person is not among the members */
export function memberIn(members: readonly Member[], adminId: string): Member {
  const member = members.find((each) => each.adminId === adminId);
  if (!member) throw new Refusal("not_found", "This person is not in the tenant any more.");
  return member;
}

/** @throws Refusal `conflict` when the tenant would be left without an administrator */
export function keepAnAdministrator(members: readonly Member[], adminId: string): void {
  if (!isLastAdministrator(members, adminId)) return;
  throw new Refusal(
    "conflict",
    "This is the last administrator of the tenant. Make somebody else an administrator first.",
  );
}

/**
 * Whoever manages the installation is more than an administrator of one tenant: such a one neither becomes them by a reset
 * link nor shuts them out.
 * @throws Refusal `forbidden` unless the actor manages the installation too
 */
export function protectInstallation(ctx: Ctx, { managesInstallation }: Member): void {
  if (!managesInstallation || ctx.actor.managesInstallation) return;
  throw new Refusal("forbidden", "This person manages the installation. Ask somebody who does so too.");
}
