import type { Ctx } from "@/lib/ctx";
import { allowInstallation } from "@/lib/permissions";
import { createTenant } from "@/lib/tenants/commands";
import type { AddTenantInput } from "@/lib/tenants/schema";
import { joinTenant } from "@/lib/users/commands/join-tenant";

/**
 * Makes a tenant, and whoever makes it its first Administrator.
 * @throws Refusal `conflict` at `slug` when another tenant has that address
 */
export async function addTenant(ctx: Ctx, input: AddTenantInput): Promise<{ slug: string }> {
  allowInstallation(ctx.actor);
  const { id, slug } = await createTenant(ctx, input);
  await joinTenant(ctx, { tenantId: id });
  return { slug };
}
