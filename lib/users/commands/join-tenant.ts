import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { allowInstallation } from "@/lib/permissions";

/**
 * Makes whoever acts an Administrator of a tenant that was made in this transaction, so that no tenant is without one.
 * The event belongs to the record of that tenant.
 */
export async function joinTenant(ctx: Ctx, { tenantId }: { readonly tenantId: string }): Promise<void> {
  allowInstallation(ctx.actor);
  const { id: adminId, name: email } = ctx.actor;
  await ctx.db.membership.create({
    data: { adminId, tenantId, role: "Administrator", createdAt: ctx.now },
    select: { adminId: true },
  });
  await record(ctx, [{ type: "admin.joined", adminId, email, role: "Administrator" }], tenantId);
}
