import { Refusal } from "@/lib/errors";
import { addSeconds, DAY_SECONDS } from "@/lib/time";

const LIFETIME_MAX_SECONDS = 10 * 366 * DAY_SECONDS;

/**
 * Checks the end that somebody chose for a new credential.
 * @throws Refusal `invalid` at `expiresAt` when it is past, or more than ten years away
 */
export function checkExpiry(expiresAt: Date | null, now: Date): void {
  if (!expiresAt) return;
  if (expiresAt.getTime() <= now.getTime()) {
    throw new Refusal("invalid", "Choose a time in the future.", { field: "expiresAt" });
  }
  if (expiresAt > addSeconds(now, LIFETIME_MAX_SECONDS)) {
    throw new Refusal("invalid", "Choose a time within ten years, or none.", { field: "expiresAt" });
  }
}
