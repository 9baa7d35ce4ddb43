import { Refusal } from "@/lib/errors";
import { formatInstant } from "@/lib/format";
import type { Limits } from "@/lib/limits/schema";
import { addSeconds, DAY_SECONDS, MINUTE_SECONDS } from "@/lib/time";

const LIFETIME_MAX_SECONDS = 10 * 366 * DAY_SECONDS;
const CLOCK_SLACK_SECONDS = 5 * MINUTE_SECONDS;

const isWithin = (expiresAt: Date, latest: Date) => expiresAt <= addSeconds(latest, CLOCK_SLACK_SECONDS);

/** @throws Refusal `invalid` at `expiresAt` when it is past or more than ten years away */
function requireInReach(expiresAt: Date, now: Date): void {
  if (expiresAt.getTime() <= now.getTime()) {
    throw new Refusal("invalid", "Choose a time in the future.", { field: "expiresAt" });
  }
  if (expiresAt > addSeconds(now, LIFETIME_MAX_SECONDS)) {
    throw new Refusal("invalid", "Choose a time within ten years, or none.", { field: "expiresAt" });
  }
}

/**
 * Checks the end that somebody chose for a new credential.
 * @returns that end; where none was chosen, the latest that the tenant allows
 * @throws Refusal `invalid` at `expiresAt` when it is past, later than the tenant allows, or more than ten years away
 */
export function checkedExpiry(
  expiresAt: Date | null,
  { lifetimeDaysMax }: Pick<Limits, "lifetimeDaysMax">,
  now: Date,
): Date | null {
  const latest = lifetimeDaysMax === null ? null : addSeconds(now, lifetimeDaysMax * DAY_SECONDS);
  if (!expiresAt) return latest;
  requireInReach(expiresAt, now);
  // A form counts from its own moment, which is a little before or after this one.
  if (!latest || expiresAt <= latest) return expiresAt;
  if (isWithin(expiresAt, latest)) return latest;
  throw new Refusal(
    "invalid",
    `This tenant allows ${lifetimeDaysMax} days at the most. Choose an earlier time.`,
    {
      field: "expiresAt",
    },
  );
}

/**
 * The end of a credential that is added later than its end was chosen: the tenant may allow less by now.
 * @returns the one that was chosen, or the latest that the tenant allows where that is earlier or none was
 */
export function cappedExpiry(
  chosen: Date | null,
  { lifetimeDaysMax }: Pick<Limits, "lifetimeDaysMax">,
  now: Date,
): Date | null {
  const latest = lifetimeDaysMax === null ? null : addSeconds(now, lifetimeDaysMax * DAY_SECONDS);
  return chosen && (!latest || chosen < latest) ? chosen : latest;
}

/**
 * Checks the end that somebody chose for a credential that lives already. What the tenant allows counts from its creation; an end that it has
 * from before stays as it is.
 * @throws Refusal `invalid` at `expiresAt` when it is past, later than the tenant allows, or more than ten years away
 */
export function checkedMove(
  to: Date | null,
  { createdAt, expiresAt }: { readonly createdAt: Date; readonly expiresAt: Date | null },
  { lifetimeDaysMax }: Pick<Limits, "lifetimeDaysMax">,
  now: Date,
): Date | null {
  if (to?.getTime() === expiresAt?.getTime()) return expiresAt;
  if (to) requireInReach(to, now);
  if (lifetimeDaysMax === null) return to;
  const latest = addSeconds(createdAt, lifetimeDaysMax * DAY_SECONDS);
  if (to && isWithin(to, latest)) return to < latest ? to : latest;
  throw new Refusal(
    "invalid",
    `This tenant allows ${lifetimeDaysMax} days from the creation, so until ${formatInstant(latest, "UTC")}. Choose an earlier time, or add a new one.`,
    { field: "expiresAt" },
  );
}
