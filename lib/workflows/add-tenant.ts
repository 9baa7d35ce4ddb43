import type { Ctx } from "@/lib/ctx";
import { allowInstallation } from "@/lib/permissions";
import { createTenant } from "@/lib/tenants/commands";
import type { AddTenantInput } from "@/lib/tenants/schema";
import { joinTenant } from "@/lib/users/commands/join-tenant";

/**
 * Makes a tenant, and the person who makes it, or another one who is named, its first Administrator.
 * @param administrator their email
 * @throws Refusal `conflict` at `slug` when another tenant has that address, `invalid` at `administrator`
 */
export async function addTenant(
  ctx: Ctx,
  { administrator, ...input }: AddTenantInput & { readonly administrator?: string },
): Promise<{ tenantId: string; slug: string }> {
  allowInstallation(ctx.actor);
  const { id: tenantId, slug } = await createTenant(ctx, input);
  await joinTenant(ctx, { tenantId, administrator });
  return { tenantId, slug };
}
