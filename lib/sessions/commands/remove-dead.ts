import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import { readSilentSince } from "@/lib/sessions/queries";
import { ENDED, recordEnded } from "@/lib/sessions/session-changes";
import { signal } from "@/lib/signals";

/** Takes disconnected and silent hosts off the list of robots; their rows stay behind the jobs that ran there. */
export async function removeDeadSessions(ctx: Ctx): Promise<{ removed: number }> {
  allow(ctx.actor, "hosts.disconnect");
  const { tenantId } = ctx.actor;
  // A silent host that comes back after this hears that its session has ended, and connects anew.
  const silent = await ctx.db.session.updateManyAndReturn({
    where: {
      tenantId,
      endedAt: null,
      heartbeatAt: { lte: await readSilentSince(ctx) },
    },
    data: { endedAt: ctx.now, endCode: "removed", endedBy: ctx.actor.name },
    select: ENDED,
  });
  await recordEnded(ctx, silent, "removed");
  const { count } = await ctx.db.session.updateMany({
    where: { tenantId, endedAt: { not: null }, removedAt: null },
    data: { removedAt: ctx.now },
  });
  if (count > 0) {
    await record(ctx, [{ type: "sessions.removed", count }]);
    await signal(ctx.db, [{ kind: "page", tenantId }]);
  }
  return { removed: count };
}
