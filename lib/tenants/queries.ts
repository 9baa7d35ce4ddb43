import type { Actor, Ctx, Db } from "@/lib/ctx";
import { env } from "@/lib/env";
import type { Slice } from "@/lib/pages";
import { knownScopes } from "@/lib/token-policy/rules";
import type { TokenDefaults } from "@/lib/token-policy/schema";
import type { LeakResponse, TenantCursor, TenantRow } from "./schema";

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

const seen = (ctx: Ctx) => (ctx.actor.managesInstallation ? {} : { id: ctx.actor.tenantId });

/** @returns how many tenants `listTenants` has */
export async function countTenants(ctx: Ctx): Promise<number> {
  return ctx.db.tenant.count({ where: seen(ctx) });
}

/** @returns the tenants whose settings the admin may see here, by name: all for whoever manages the installation, else the one they are in */
export async function listTenants(
  ctx: Ctx,
  { after, ...slice }: Slice<TenantCursor> = {},
): Promise<TenantRow[]> {
  const rows = await ctx.db.tenant.findMany({
    where: {
      ...seen(ctx),
      ...(after && { OR: [{ name: { gt: after.name } }, { name: after.name, slug: { gt: after.slug } }] }),
    },
    orderBy: [{ name: "asc" }, { slug: "asc" }],
    ...slice,
    select: {
      id: true,
      slug: true,
      name: true,
      createdAt: true,
      _count: {
        select: { machines: { where: { deletedAt: null, kind: { not: "ApiClient" } } }, memberships: true },
      },
    },
  });
  return rows.map(({ _count: { machines, memberships }, ...row }) => ({
    ...row,
    machines,
    members: memberships,
  }));
}

/** @returns what the tenant of whoever acts is called */
export async function getTenant({ db, actor }: Ctx): Promise<Pick<TenantRow, "id" | "slug" | "name">> {
  const select = { id: true, slug: true, name: true };
  return db.tenant.findUniqueOrThrow({ where: { id: actor.tenantId }, select });
}

/** @returns the id of the tenant with that address; null where there is none */
export async function findTenantId(db: Db, slug: string): Promise<string | null> {
  const tenant = await db.tenant.findUnique({ where: { slug }, select: { id: true } });
  return tenant?.id ?? null;
}

/** @returns what happens by itself to a secret of the tenant that somebody reports as leaked */
export async function getLeakResponse({ db }: Ctx<Actor>, tenantId: string): Promise<LeakResponse> {
  const where = { id: tenantId };
  return (await db.tenant.findUniqueOrThrow({ where, select: { leakResponse: true } })).leakResponse;
}

/** @returns whether every member of the tenant must have a second factor */
export async function isSecondFactorRequired({ db, actor }: Ctx): Promise<boolean> {
  const where = { id: actor.tenantId };
  const tenant = await db.tenant.findUniqueOrThrow({ where, select: { requiresSecondFactor: true } });
  return tenant.requiresSecondFactor;
}
