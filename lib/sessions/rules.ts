import { folded } from "@/lib/fold";
import { addSeconds } from "@/lib/time";
import {
  END_CODES,
  type EndCode,
  HEARING_GAP_SECONDS,
  type SessionState,
  UNRESPONSIVE_AFTER_SECONDS,
} from "./schema";

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

const END_WORDS: Readonly<Record<EndCode, string>> = {
  secret_deleted: "client secret deleted",
  key_deleted: "key deleted",
  secret_expired: "client secret expired",
  key_expired: "key expired",
  secret_disabled: "client secret disabled",
  key_disabled: "key disabled",
  machine_disabled: "machine disabled",
  machine_deleted: "machine deleted",
  disconnected: "disconnected",
  machine_authentication_changed: "client authentication of the machine changed",
  tenant_authentication_changed: "client authentication of the tenant changed",
  closed: "closed by the robot",
  removed: "silent, and removed",
};

export const isEndCode = (code: string): code is EndCode => END_CODES.some((known) => known === code);

/** @returns why it ended, for people: part of a sentence */
export const endText = (code: EndCode, endedBy: string | null): string =>
  endedBy === null ? END_WORDS[code] : `${END_WORDS[code]} by ${endedBy}`;
