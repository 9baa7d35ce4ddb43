import { lastChange } from "@/lib/live/notifications";
import { SECOND_MILLISECONDS } from "@/lib/time";

/** Longer than a page takes to arrive. What it says of the time, and of what nobody signals, is older afterwards. */
const FRESH_SECONDS = 30;

/** @returns the last change that a page shows which reads from now on, and when that is */
export function pageVersion(tenantId: string, now: Date): string {
  return `${lastChange(tenantId)}.${now.getTime()}`;
}

/** @returns whether a page of that version may show what is no longer so */
export function isOutdated(version: string, tenantId: string, now: Date): boolean {
  const [change, madeAt] = version.split(".");
  const isFresh = now.getTime() - Number(madeAt) < FRESH_SECONDS * SECOND_MILLISECONDS;
  return change !== lastChange(tenantId) || !isFresh;
}
