import { record } from "@/lib/audit/commands";
import type { AuditEvent } from "@/lib/audit/events";
import type { Actor, Ctx } from "@/lib/ctx";

/**
 * Writes an event about a person's own account: each tenant they belong to learns of it; where they belong to none, or there
 * is no such person, the installation does.
 */
export async function recordOfPerson(
  ctx: Ctx<Actor>,
  adminId: string | null,
  event: AuditEvent,
): Promise<void> {
  const memberships = adminId
    ? await ctx.db.membership.findMany({
        where: { adminId },
        orderBy: { tenantId: "asc" },
        select: { tenantId: true },
      })
    : [];
  if (memberships.length === 0) await record(ctx, [event], null);
  for (const { tenantId } of memberships) await record(ctx, [event], tenantId);
}
