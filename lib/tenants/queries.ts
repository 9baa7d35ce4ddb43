import { knownScopes } from "@/lib/credentials/rules";
import type { TokenDefaults } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { env } from "@/lib/env";

/** What holds for a tenant's machines that say nothing else. */
export const TOKEN_DEFAULTS = {
  tokenLifetimeSeconds: true,
  allowedScopes: true,
  clientAuthentication: true,
  requiresDpop: true,
} as const;

/** @returns the tenant's defaults, and the lifetime in seconds that the installation gives tokens where the tenant says none */
export async function getTokenDefaults(
  ctx: Ctx,
): Promise<TokenDefaults & { readonly installationLifetimeSeconds: number }> {
  const { allowedScopes, ...defaults } = await ctx.db.tenant.findUniqueOrThrow({
    where: { id: ctx.actor.tenantId },
    select: TOKEN_DEFAULTS,
  });
  return {
    ...defaults,
    allowedScopes: knownScopes(allowedScopes),
    installationLifetimeSeconds: env().accessTokenLifetimeSeconds,
  };
}
