import { record } from "@/lib/audit/commands";
import type { AnonymousActor, Ctx, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";
import type { EditTokenDefaultsInput } from "./schema";

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

/**
 * Saves what holds for the tenant's machines that say nothing else; it holds from the robots' next request on.
 * @throws Refusal `conflict` when the defaults are no longer those that the form was filled from
 */
export async function editTokenDefaults(ctx: Ctx, { defaults, seen }: EditTokenDefaultsInput): Promise<null> {
  allow(ctx.actor, "tenant.settings");
  const { allowedScopes, ...rest } = seen;
  const { count } = await ctx.db.tenant.updateMany({
    where: { id: ctx.actor.tenantId, ...rest, allowedScopes: { equals: allowedScopes } },
    data: defaults,
  });
  if (count === 0) {
    throw new Refusal(
      "conflict",
      "Somebody else saved these settings while you were editing. Reload to see their changes, then make yours again.",
    );
  }
  await record(ctx, [{ type: "tenant.edited", before: seen, after: defaults }]);
  return null;
}
