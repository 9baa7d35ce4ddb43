import type { Ctx, SystemActor } from "@/lib/ctx";
import { ensureSigningKey } from "@/lib/identity/commands/keep-keys";
import { createTenant } from "@/lib/tenants/commands";
import { DEFAULT_TENANT } from "@/lib/tenants/schema";
import { awaitFirstAdmin, createFirstAdmin } from "@/lib/users/commands/first-admin";
import type { NewAdmin } from "@/lib/users/schema";
import { makeSetupToken } from "@/lib/users/setup-token";

/**
 * What must be there before anybody can come in: a signing key, and an administrator or the means to become one.
 * @param admin the first administrator, for unattended installs
 * @returns the token of a set-up link when there is no administrator and none was given
 */
export async function prepareFirstStart(
  ctx: Ctx<SystemActor>,
  admin: NewAdmin | null,
): Promise<{ setupToken: string | null }> {
  await ensureSigningKey(ctx);
  if (!(await awaitFirstAdmin(ctx))) return { setupToken: null };
  if (!admin) return { setupToken: await makeSetupToken(ctx) };
  const tenant = await createTenant(ctx, DEFAULT_TENANT);
  await createFirstAdmin(ctx, { ...admin, tenantId: tenant.id });
  return { setupToken: null };
}
