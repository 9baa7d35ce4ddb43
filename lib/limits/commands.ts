import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";
import { type EditLimitsInput, type Limits, NO_LIMITS } from "./schema";

/**
 * Takes the tenant's limits for this transaction, so that deeds that count against them come one after the other. A tenant
 * that never set limits has nothing to count against, and its deeds do not wait for each other.
 * @returns the limits
 */
export async function lockLimits(ctx: Ctx): Promise<Limits> {
  const [row] = await ctx.db.$queryRaw<Limits[]>`
    SELECT machines_max AS "machinesMax", live_credentials_max AS "liveCredentialsMax",
           lifetime_days_max AS "lifetimeDaysMax"
      FROM tenant_limits WHERE tenant_id = ${ctx.actor.tenantId}::uuid
       FOR NO KEY UPDATE`;
  return row ?? NO_LIMITS;
}

/**
 * Saves what the tenant allows itself. It holds for what is added from now on; nothing that is there is taken away.
 * @throws Refusal `conflict` when the limits are no longer those that the form was filled from
 */
export async function editLimits(ctx: Ctx, { limits, seen }: EditLimitsInput): Promise<null> {
  allow(ctx.actor, "tenant.settings");
  const { tenantId } = ctx.actor;
  await ctx.db.tenantLimits.createMany({ data: [{ tenantId, ...NO_LIMITS }], skipDuplicates: true });
  const { count } = await ctx.db.tenantLimits.updateMany({ where: { tenantId, ...seen }, data: limits });
  if (count === 0) {
    throw new Refusal(
      "conflict",
      "Somebody else saved these limits while you were editing. Reload to see their changes, then make yours again.",
    );
  }
  await record(ctx, [{ type: "tenant.edited", before: seen, after: limits }]);
  return null;
}
