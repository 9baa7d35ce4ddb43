import { record } from "@/lib/audit/commands";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { type Signal, signal } from "@/lib/signals";

/** What every ended session gives back. */
export const ENDED = { id: true, machineId: true, secretId: true, hostName: true } as const;

type Ended = { id: string; machineId: string; secretId: string; hostName: string };

/** Writes the events of ended sessions, and tells hosts and pages to look. */
export async function recordEnded(ctx: Ctx | Ctx<RobotActor>, ended: readonly Ended[], reason: string) {
  const { tenantId } = ctx.actor;
  await signal(
    ctx.db,
    ended.flatMap(({ id }): Signal[] => [
      { kind: "session", tenantId, sessionId: id },
      { kind: "page", tenantId },
    ]),
  );
  await record(
    ctx,
    ended.map(({ id, machineId, secretId, hostName }) => ({
      type: "session.ended" as const,
      machineId,
      secretId,
      sessionId: id,
      hostName,
      reason,
    })),
  );
}
