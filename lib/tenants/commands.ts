import { record } from "@/lib/audit/commands";
import type { AnonymousActor, Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow, allowInstallation } from "@/lib/permissions";
import { signal } from "@/lib/signals";
import { areTermsChanged } from "@/lib/token-policy/rules";
import { noSuchTenant, refuseTakenSlug } from "./refusals";
import type { ChooseLeakResponseInput, EditTokenDefaultsInput, RenameTenantInput } from "./schema";

/**
 * Creates a tenant: the first one by set-up or the first start, more by whoever manages the installation.
 * @throws Refusal `conflict` at `slug` when another tenant has that address
 */
export async function createTenant(
  ctx: Ctx<UserActor | AnonymousActor | SystemActor>,
  { slug, name }: { readonly slug: string; readonly name: string },
): Promise<{ id: string; slug: string }> {
  if (ctx.actor.kind === "admin" || ctx.actor.kind === "apiClient") allowInstallation(ctx.actor);
  const tenant = await ctx.db.tenant
    .create({ data: { slug, name, createdAt: ctx.now }, select: { id: true, slug: true } })
    .catch((error: unknown) => refuseTakenSlug(error, slug));
  await record(ctx, [{ type: "tenant.created", slug, name }], tenant.id);
  return tenant;
}

/**
 * Gives a tenant another name; its address stays, so that links and robots' settings stay good. An Administrator renames
 * their own tenant, whoever manages the installation any. Renaming to the present name changes nothing.
 * @throws Refusal `not_found`, or `conflict` at `name` when the name is no longer the one that the form was filled from
 */
export async function renameTenant(ctx: Ctx, { tenantId, name, seen }: RenameTenantInput): Promise<null> {
  if (!ctx.actor.managesInstallation) {
    allow(ctx.actor, "tenant.settings");
    if (tenantId !== ctx.actor.tenantId) throw noSuchTenant();
  }
  if (name === seen) return null;
  const [tenant] = await ctx.db.tenant.updateManyAndReturn({
    where: { id: tenantId, name: seen },
    data: { name },
    select: { slug: true },
  });
  if (!tenant) {
    const known = await ctx.db.tenant.findUnique({ where: { id: tenantId }, select: { name: true } });
    if (!known) throw noSuchTenant();
    throw new Refusal("conflict", `Somebody else named this tenant “${known.name}” in the meantime.`, {
      field: "name",
    });
  }
  const event = { type: "tenant.renamed", slug: tenant.slug, before: seen, after: name } as const;
  await record(ctx, [event], tenantId);
  return null;
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
  if (areTermsChanged(seen, defaults)) {
    await signal(ctx.db, [{ kind: "terms", tenantId: ctx.actor.tenantId, machineId: null }]);
  }
  return null;
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

/**
 * Chooses what happens by itself to a secret that somebody reports as leaked, from the next report on.
 * @throws Refusal `conflict` when the choice is no longer the one that the form was filled from
 */
export async function chooseLeakResponse(
  ctx: Ctx,
  { leakResponse, seen }: ChooseLeakResponseInput,
): Promise<null> {
  allow(ctx.actor, "tenant.settings");
  const where = { id: ctx.actor.tenantId, leakResponse: seen };
  const { count } = await ctx.db.tenant.updateMany({ where, data: { leakResponse } });
  if (count === 0) {
    throw new Refusal(
      "conflict",
      "Somebody else chose in the meantime. Reload to see what holds, then choose again.",
      { field: "leakResponse" },
    );
  }
  if (leakResponse !== seen) {
    await record(ctx, [{ type: "tenant.edited", before: { leakResponse: seen }, after: { leakResponse } }]);
  }
  return null;
}
