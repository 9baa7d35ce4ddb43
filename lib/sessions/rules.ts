import { folded } from "@/lib/fold";
import { secondsBetween } from "@/lib/time";
import { type SessionState, UNRESPONSIVE_AFTER_SECONDS } from "./schema";

/** Host names are compared in this form. */
export function hostKey(hostName: string): string {
  return folded(hostName);
}

/** A session's state is a question about its row and the time; it is stored nowhere. */
export function sessionState(
  session: { readonly endedAt: Date | null; readonly heartbeatAt: Date; readonly isBusy: boolean },
  now: Date,
): SessionState {
  if (session.endedAt) return "Disconnected";
  if (secondsBetween(session.heartbeatAt, now) >= UNRESPONSIVE_AFTER_SECONDS) return "Unresponsive";
  return session.isBusy ? "Busy" : "Available";
}
