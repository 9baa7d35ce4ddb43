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
