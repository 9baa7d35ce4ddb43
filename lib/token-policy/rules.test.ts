import { expect, test } from "vitest";
import { inLifetimeUnit, LIFETIME_UNITS, refusedKind } from "./rules";

test("a lifetime is written in the largest unit that fits, and read back the same", () => {
  for (const [seconds, amount, unit] of [
    [60, 1, "minutes"],
    [61, 61, "seconds"],
    [3600, 1, "hours"],
    [5400, 90, "minutes"],
    [86_400, 24, "hours"],
  ] as const) {
    expect(inLifetimeUnit(seconds)).toEqual({ amount, unit });
    expect(amount * LIFETIME_UNITS[unit]).toBe(seconds);
  }
});

test("what is not accepted any more", () => {
  expect([refusedKind("Any"), refusedKind("Key"), refusedKind("Secret")]).toEqual([null, "Secret", "Key"]);
});
