import { CREDENTIAL_WORDS } from "@/lib/credentials/rules";
import type { CredentialKind } from "@/lib/credentials/schema";
import { Refusal } from "@/lib/errors";
import { formatInstant } from "@/lib/format";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS } from "@/lib/time";
import type { Retirement, RotationEndCode } from "./schema";

/** For how many days hosts are waited for where nobody names a last date. */
export const LAST_DATE_DAYS = 30;

const AFTER_SECONDS: Readonly<Record<Exclude<Retirement, "at">, number>> = {
  now: 0,
  hour: HOUR_SECONDS,
  day: DAY_SECONDS,
  week: 7 * DAY_SECONDS,
  moved: LAST_DATE_DAYS * DAY_SECONDS,
};

const refused = (message: string) => new Refusal("invalid", message, { field: "endsAt" });

type Asked = { readonly retirement: Retirement; readonly endsAt: Date | null };

/**
 * The end that a rotation gives to the credential that gives way. It only ever comes earlier than the one it has: where a length was chosen
 * and its own end comes first, that one stays.
 * @param lifetimeDaysMax for how many days the tenant lets two live side by side at the most; null is any number
 * @throws Refusal `invalid` at `endsAt` when none was chosen, it is past, later than its own end, or later than the tenant allows
 */
export function retiresAt(
  { retirement, endsAt }: Asked,
  ownEnd: Date | null,
  { lifetimeDaysMax }: { readonly lifetimeDaysMax: number | null },
  now: Date,
): Date {
  const isChosen = retirement === "at" || (retirement === "moved" && endsAt !== null);
  const latest = lifetimeDaysMax === null ? null : addSeconds(now, lifetimeDaysMax * DAY_SECONDS);
  if (!isChosen) {
    const after = addSeconds(now, AFTER_SECONDS[retirement]);
    return [after, ownEnd, latest].reduce<Date>((a, b) => (b && b < a ? b : a), after);
  }
  if (!endsAt) throw refused("Choose a date and a time.");
  if (endsAt <= now) throw refused("Choose a time in the future, or end it at once.");
  if (ownEnd && endsAt > ownEnd) {
    throw refused(`It ends by itself on ${formatInstant(ownEnd, "UTC")}. Choose an earlier time.`);
  }
  if (latest && endsAt > latest) {
    throw refused(`This tenant allows ${lifetimeDaysMax} days at the most. Choose an earlier time.`);
  }
  if (!ownEnd && endsAt > addSeconds(now, 10 * 366 * DAY_SECONDS))
    throw refused("Choose a time within ten years.");
  return endsAt;
}

/**
 * @param expiresAt the end of the new one; null is never
 * @throws Refusal `invalid` at `expiresAt` when it ends before the old one: hosts that moved would be cut first
 */
export function requireOutlives(expiresAt: Date | null, oldEndsAt: Date): void {
  if (expiresAt === null || expiresAt >= oldEndsAt) return;
  throw new Refusal(
    "invalid",
    "The new one must outlive the old one. Choose a later time, or an earlier end of the old one.",
    {
      field: "expiresAt",
    },
  );
}

/** @param max how many a machine may have: in a rotation two live at once until the old one ends */
export const noRoomToRotate = (kind: CredentialKind, max: number) =>
  new Refusal(
    "limit_reached",
    `This machine has ${max} live or disabled ${CREDENTIAL_WORDS[kind]}s, the most it may have, and in a rotation the old one and the new one live at once. Delete one that is no longer used, or end the old one at once.`,
  );

/** Since when a host must have been seen to be waited for. */
export const seenSince = (seenDays: number, now: Date): Date => addSeconds(now, -seenDays * DAY_SECONDS);

/** @returns the part of the hosts that has moved, in whole per cent; 100 only when all have */
export function percentMoved({
  moved,
  waiting,
}: {
  readonly moved: number;
  readonly waiting: number;
}): number {
  return moved + waiting === 0 ? 0 : Math.floor((100 * moved) / (moved + waiting));
}

const END_WORDS: Readonly<Record<RotationEndCode, string>> = {
  moved: "every host has moved",
  expired: "the old one has ended",
  ended_now: "the old one was ended",
  deleted: "the old one was deleted",
  cancelled: "it was cancelled",
  successor_ended: "the new one has ended",
  nobody_moved: "no host brought a new key, and the old one lives on",
};

/** @returns why it ended, for people: part of a sentence; a code of a later version as it stands */
export const rotationEndText = (code: string): string =>
  (END_WORDS as Readonly<Record<string, string>>)[code] ?? code;
