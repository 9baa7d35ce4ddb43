import type { Ctx, RobotActor } from "@/lib/ctx";
import { noSuchSession } from "@/lib/sessions/refusals";
import { signal } from "@/lib/signals";

/**
 * Makes a stream of events the one that counts for a host; older ones, in whatever process, end when they look.
 * @throws Refusal `not_found` for a session that is not this machine's
 */
export async function claimStream(
  ctx: Ctx<RobotActor>,
  { sessionId, streamId }: { readonly sessionId: string; readonly streamId: string },
): Promise<void> {
  const { id: machineId, tenantId } = ctx.actor;
  const { count } = await ctx.db.session.updateMany({
    where: { id: sessionId, machineId, tenantId },
    data: { streamId },
  });
  if (count === 0) throw noSuchSession();
  await signal(ctx.db, [{ kind: "session", tenantId, sessionId }]);
}
