import type { Ctx, TenantActor } from "@/lib/ctx";
import { type Limits, NO_LIMITS } from "./schema";

/** @returns the limits of the actor's tenant */
export async function getLimits(ctx: Ctx<TenantActor>): Promise<Limits> {
  const row = await ctx.db.tenantLimits.findUnique({
    where: { tenantId: ctx.actor.tenantId },
    select: { machinesMax: true, liveCredentialsMax: true, lifetimeDaysMax: true },
  });
  return row ?? NO_LIMITS;
}
