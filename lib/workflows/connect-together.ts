import type { Asked, Db } from "@/lib/ctx";
import { findLosing } from "@/lib/jobs/queries";
import { lockForOpening, openHeld } from "@/lib/sessions/commands/open-together";
import type { ConnectHostInput, SessionView } from "@/lib/sessions/schema";

/**
 * Many hosts connect at one moment, as after a power cut, in one transaction. What `connectHost` would wait for, refuse or end is left to it.
 * @param asked no two of one host
 * @returns their sessions, in that order; null for those that are left
 */
export async function connectTogether(
  db: Db,
  asked: readonly Asked<ConnectHostInput>[],
): Promise<(SessionView | null)[]> {
  const held = await lockForOpening(db, asked);
  // Asked when the sessions are held: nothing is claimed on them from then on.
  const losing = await findLosing(
    db,
    held.flatMap(({ opening: { actor, input }, sessionId }) =>
      sessionId === null ? [] : [{ tenantId: actor.tenantId, sessionId, kept: input.runningJobs }],
    ),
  );
  const opened = await openHeld(
    db,
    held.filter(({ sessionId }) => sessionId === null || !losing.has(sessionId)),
  );
  return asked.map((one) => opened.get(one) ?? null);
}
