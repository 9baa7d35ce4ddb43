import { COUNTED_MAX } from "@/lib/pages";
import { DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, secondsBetween } from "@/lib/time";

/** The one place where dates and numbers become text. Pure: the zone and "now" are arguments. */
const LOCALE = "en-GB";

const counts = new Intl.NumberFormat(LOCALE);

/** @returns what writes instants in one form. To make a format takes a hundred times as long as to use it, so each zone's is kept. */
function formatOf(options: Intl.DateTimeFormatOptions, locale = LOCALE) {
  const ofZone = new Map<string, Intl.DateTimeFormat>();
  return (at: Date, zone: string): string => {
    const kept = ofZone.get(zone) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    ofZone.set(zone, kept);
    return kept.format(at);
  };
}

const DAY = { day: "numeric", month: "short" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;

/** @returns `5,000` */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** @returns `1 host`, `2 hosts`, `5,000 hosts` */
export function formatQuantity(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** @returns `5,000`, or `more than 10,000` where they were counted no further */
export function formatCounted(count: number): string {
  return count > COUNTED_MAX ? `more than ${formatCount(COUNTED_MAX)}` : formatCount(count);
}

/** @returns `26–50 of 5,000`, `26–50 of more than 10,000` */
export function formatRange(page: number, pageSize: number, all: number): string {
  const [first, last] = [(page - 1) * pageSize + 1, page * pageSize];
  const max = all > COUNTED_MAX ? Infinity : all;
  return `${formatCount(Math.min(first, max))}–${formatCount(Math.min(last, max))} of ${formatCounted(all)}`;
}

/** @returns `last page of more than 10,000`, `page 2 from the end of more than 10,000` */
export function formatFromEnd(fromEnd: number, all: number): string {
  return `${formatPageFromEnd(fromEnd)} of ${formatCounted(all)}`;
}

/** @returns `last page`, `page 2 from the end` */
export function formatPageFromEnd(fromEnd: number): string {
  return fromEnd === 1 ? "last page" : `page ${formatCount(fromEnd)} from the end`;
}

/** @returns `a`, `a and b`, `a, b and c` */
export function formatNames(names: readonly string[]): string {
  return new Intl.ListFormat(LOCALE, { type: "conjunction" }).format(names);
}

/** @returns `23 Nov 2026, 14:05 UTC`; the zone is always part of it */
export const formatInstant = formatOf({ ...DAY, year: "numeric", ...CLOCK, timeZoneName: "short" });

// Swedish writes dates as ISO 8601 does.
const formatIso = formatOf({ year: "numeric", month: "2-digit", day: "2-digit", ...CLOCK }, "sv-SE");

/** @returns `2026-11-23T14:05`, the form of HTML's `datetime-local`, which knows no zone and has four digits for every year */
export function formatLocal(at: Date, zone: string): string {
  return formatIso(at, zone).replace(" ", "T").padStart("2026-11-23T14:05".length, "0");
}

/** @returns `23 Nov 2026` */
export const formatDay = formatOf({ ...DAY, year: "numeric" });

/** @returns `23 Nov`: where the year is plain */
export const formatDayShort = formatOf(DAY);

/** @returns `14:05` */
export const formatClock = formatOf(CLOCK);

/** @returns `just now`, `3 min ago`, `5 h ago`, `12 days ago`, then the day itself */
export function formatAgo(at: Date, now: Date, zone: string): string {
  const seconds = Math.max(0, secondsBetween(at, now));
  if (seconds < MINUTE_SECONDS) return "just now";
  if (seconds < HOUR_SECONDS) return `${Math.floor(seconds / MINUTE_SECONDS)} min ago`;
  if (seconds < DAY_SECONDS) return `${Math.floor(seconds / HOUR_SECONDS)} h ago`;
  if (seconds < 31 * DAY_SECONDS)
    return formatQuantity(Math.floor(seconds / DAY_SECONDS), "day").concat(" ago");
  return formatDay(at, zone);
}

/** @returns `in less than a minute`, `in 3 min`, `in 5 h`, `in 12 days`; whole units, rounded down */
export function formatIn(at: Date, now: Date): string {
  const seconds = Math.max(0, secondsBetween(now, at));
  if (seconds < MINUTE_SECONDS) return "in less than a minute";
  if (seconds < HOUR_SECONDS) return `in ${Math.floor(seconds / MINUTE_SECONDS)} min`;
  if (seconds < DAY_SECONDS) return `in ${Math.floor(seconds / HOUR_SECONDS)} h`;
  return `in ${formatQuantity(Math.floor(seconds / DAY_SECONDS), "day")}`;
}

/** @returns `8 s`, `3 min 20 s`, `2 h 5 min`, `3 days` */
export function formatDuration(from: Date, to: Date): string {
  const seconds = Math.max(0, secondsBetween(from, to));
  if (seconds < MINUTE_SECONDS) return `${seconds} s`;
  if (seconds < HOUR_SECONDS) return twoUnits(seconds, MINUTE_SECONDS, "min", 1, "s");
  if (seconds < DAY_SECONDS) return twoUnits(seconds, HOUR_SECONDS, "h", MINUTE_SECONDS, "min");
  return formatQuantity(Math.floor(seconds / DAY_SECONDS), "day");
}

function twoUnits(seconds: number, large: number, largeName: string, small: number, smallName: string) {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

/** @returns JSON as people read it: indented */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
