import type { EventType } from "@/lib/audit/events";
import type { Actor, Ctx } from "@/lib/ctx";

/** @returns whether the installation's own record holds an event of that type */
export async function wasRecorded(ctx: Ctx<Actor>, type: EventType): Promise<boolean> {
  return (
    (await ctx.db.auditEvent.findFirst({ where: { tenantId: null, type }, select: { id: true } })) !== null
  );
}
