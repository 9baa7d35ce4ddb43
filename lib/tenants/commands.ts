import { record } from "@/lib/audit/commands";
import type { AnonymousActor, Ctx, SystemActor } from "@/lib/ctx";

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
