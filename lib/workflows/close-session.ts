import type { Ctx, RobotActor } from "@/lib/ctx";
import { loseJobsOfSession } from "@/lib/jobs/commands/cut-jobs";
import { closeSession } from "@/lib/sessions/commands/end-sessions";

/** The robot disconnects its host; jobs it did not report on are Faulted. */
export async function disconnectMyself(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<void> {
  await closeSession(ctx, { sessionId });
  await loseJobsOfSession(ctx, sessionId);
}
