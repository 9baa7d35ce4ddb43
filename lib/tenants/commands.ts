import { record } from "@/lib/audit/commands";
import type { AnonymousActor, Ctx, SystemActor } from "@/lib/ctx";
import { allow } from "@/lib/permissions";

/** Creates a tenant. Called only where there is none yet, by set-up and the first start. */
export async function createTenant(
  ctx: Ctx<AnonymousActor | SystemActor>,
  { slug, name }: { readonly slug: string; readonly name: string },
): Promise<{ id: string; slug: string }> {
  const tenant = await ctx.db.tenant.create({
    data: { slug, name, createdAt: ctx.now },
    select: { id: true, slug: true },
  });
  await record(ctx, [{ type: "tenant.created", slug, name }], tenant.id);
  return tenant;
}

/** Has every member of the tenant sign in with a second factor, or no longer. */
export async function requireSecondFactor(
  ctx: Ctx,
  { isRequired }: { readonly isRequired: boolean },
): Promise<null> {
  allow(ctx.actor, "people.manage");
  const { count } = await ctx.db.tenant.updateMany({
    where: { id: ctx.actor.tenantId, requiresSecondFactor: !isRequired },
    data: { requiresSecondFactor: isRequired },
  });
  if (count > 0) await record(ctx, [{ type: "tenant.second_factor_required", isRequired }]);
  return null;
}
