import { addSeconds, DAY_SECONDS } from "@/lib/time";
import type { RehearsalTime } from "./schema";

/** How many days a rehearsal can last without typing a date. */
export const REHEARSAL_DAYS = [1, 7, 14, 30] as const;

/** @returns the instant that many days of 24 hours from now */
export const rehearsalEnd = (days: number, now: Date): Date => addSeconds(now, days * DAY_SECONDS);

/** @returns whether what happened at an instant happened during the rehearsal: from its start on, and before its end */
export function isRehearsed(at: Date, { startedAt, endsAt, endedAt }: RehearsalTime): boolean {
  return startedAt <= at && at < endsAt && (endedAt === null || at < endedAt);
}
