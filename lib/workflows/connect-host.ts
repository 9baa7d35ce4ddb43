import type { Ctx, RobotActor } from "@/lib/ctx";
import { loseJobsOfSession } from "@/lib/jobs/commands/cut-jobs";
import { closeSession } from "@/lib/sessions/commands/end-sessions";
import { openSession } from "@/lib/sessions/commands/open-session";
import type { ConnectHostInput, SessionView } from "@/lib/sessions/schema";

/**
 * A host connects, or comes back to its session. What ran on the session and the robot does not name is Faulted: after a
 * crash of the robot nobody else would ever say how it ended.
 */
export async function connectHost(ctx: Ctx<RobotActor>, input: ConnectHostInput): Promise<SessionView> {
  const { session, isSameHost } = await openSession(ctx, input);
  const why = isSameHost
    ? ({ endCode: "not_running", endedBy: null } as const)
    : ({ endCode: "other_robot", endedBy: ctx.actor.address } as const);
  await loseJobsOfSession(ctx, session.id, why, input.runningJobs);
  return session;
}

/** The robot disconnects its host; jobs it did not report on are Faulted. */
export async function disconnectMyself(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<void> {
  await closeSession(ctx, { sessionId });
  await loseJobsOfSession(ctx, sessionId, { endCode: "robot_disconnected", endedBy: null });
}
