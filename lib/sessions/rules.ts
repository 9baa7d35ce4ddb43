import { folded } from "@/lib/fold";
import { addSeconds } from "@/lib/time";
import { HEARING_GAP_SECONDS, type SessionState, UNRESPONSIVE_AFTER_SECONDS } from "./schema";

/** Host names are compared in this form. */
export function hostKey(hostName: string): string {
  return folded(hostName);
}

/** Since when heartbeats could be taken without a gap, and until when that is known. */
export type Hearing = { readonly since: Date; readonly until: Date };

/**
 * Between which instants `until` lies while there is no gap. One beyond the later was written by a clock that was wrong, and a gap that
 * it hides could not be seen.
 */
export const unbrokenAt = (now: Date) => ({
  from: addSeconds(now, -HEARING_GAP_SECONDS),
  to: addSeconds(now, UNRESPONSIVE_AFTER_SECONDS),
});

/**
 * Silence counts only while somebody could have heard it.
 * @param hearing null when heartbeats were never taken
 * @returns when a host must have been heard last so as not to count as silent; 1970 when nothing can be concluded yet
 */
export function silentSince(hearing: Hearing | null, now: Date): Date {
  const latest = addSeconds(now, -UNRESPONSIVE_AFTER_SECONDS);
  const { from, to } = unbrokenAt(now);
  const isHearing = hearing !== null && hearing.until >= from && hearing.until <= to;
  return isHearing && hearing.since <= latest ? latest : new Date(0);
}

type Connection = { readonly endedAt: Date | null; readonly heartbeatAt: Date; readonly isBusy: boolean };

/**
 * A session's state is a question about its row and the time; it is stored nowhere.
 * @param silent as `silentSince` says
 */
export function sessionState(session: Connection, silent: Date): SessionState {
  if (session.endedAt) return "Disconnected";
  if (session.heartbeatAt <= silent) return "Unresponsive";
  return session.isBusy ? "Busy" : "Available";
}
