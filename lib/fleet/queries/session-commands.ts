import type { Ctx, RobotActor } from "@/lib/ctx";

/** What a host is told: jobs to stop or kill, and why it is disconnected if it is. */
export type SessionCommands = {
  readonly ended: { readonly reason: string } | null;
  readonly stop: readonly string[];
  readonly kill: readonly string[];
};

/** @returns what the session's host must do now, or null when the machine has no such session */
export async function sessionCommands(
  ctx: Ctx<RobotActor>,
  sessionId: string,
): Promise<SessionCommands | null> {
  const session = await ctx.db.session.findFirst({
    where: { id: sessionId, machineId: ctx.actor.id, tenantId: ctx.actor.tenantId },
    select: {
      endedAt: true,
      endReason: true,
      jobs: {
        where: { state: { in: ["Stopping", "Terminating"] } },
        select: { id: true, state: true },
      },
    },
  });
  if (!session) return null;
  const inState = (state: string) => session.jobs.filter((job) => job.state === state).map(({ id }) => id);
  return {
    ended: session.endedAt ? { reason: session.endReason ?? "ended" } : null,
    stop: inState("Stopping"),
    kill: inState("Terminating"),
  };
}
