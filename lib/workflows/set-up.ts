import { createFirstAdmin, requireNoAdminYet } from "@/lib/admins/commands/first-admin";
import { spendSetupToken } from "@/lib/admins/setup-token";
import type { AnonymousActor, Ctx } from "@/lib/ctx";
import { createTenant } from "@/lib/tenants/commands";
import type { SetUpInput } from "./schema";

/**
 * The one thing a stranger may do: with the set-up link, make the first tenant and its first administrator.
 * @throws Refusal `gone` when the link or the chance is used up
 */
export async function setUp(ctx: Ctx<AnonymousActor>, input: SetUpInput): Promise<{ tenantSlug: string }> {
  await requireNoAdminYet(ctx);
  await spendSetupToken(ctx, input.setupToken);
  const tenant = await createTenant(ctx, { slug: input.tenantSlug, name: input.tenantName });
  await createFirstAdmin(ctx, { email: input.email, password: input.password, tenantId: tenant.id });
  return { tenantSlug: tenant.slug };
}
