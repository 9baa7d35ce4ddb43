import { InvalidArgumentError, Option } from "commander";

/** @returns a reader of whole numbers, for an option */
export const wholeNumber =
  (min = 0, max = 1_000_000_000) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
  };

/** How many rows of a list; all where nobody says. */
export const limitOption = () =>
  new Option("--limit <n>", "at most so many; all otherwise").argParser(wholeNumber(1));

const HAS_ZONE = /(?:Z|[+-]\d\d:?\d\d)$/i;

/** @returns an instant as RFC 3339, UTC; it is asked for with its zone, because a pipeline's is not that of whoever wrote it */
export function readInstant(text: string): string {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime()) && HAS_ZONE.test(text)) return at.toISOString();
  throw new InvalidArgumentError("It is an instant with its zone, such as 2027-01-31T12:00:00Z.");
}
