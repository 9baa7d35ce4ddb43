import type { Ctx } from "@/lib/ctx";
import type { SeenNotificationsInput } from "@/lib/notifications/schema";
import { allowPerson } from "@/lib/permissions";

/** The person has seen the tenant's notifications up to an instant; never less than before, and never more than there is. @throws Refusal `forbidden` for an API client */
export async function noteNotificationsSeen(ctx: Ctx, { until }: SeenNotificationsInput): Promise<null> {
  allowPerson(ctx.actor);
  const { id: adminId, tenantId } = ctx.actor;
  const asked = new Date(until);
  const seenAt = asked < ctx.now ? asked : ctx.now;
  await ctx.db.membership.updateMany({
    where: {
      adminId,
      tenantId,
      OR: [{ notificationsSeenAt: null }, { notificationsSeenAt: { lt: seenAt } }],
    },
    data: { notificationsSeenAt: seenAt },
  });
  return null;
}
