import { expect, test } from "vitest";
import { addSeconds, DAY_SECONDS, numericDate, secondsBetween } from "./time";

const NOON = new Date("2026-05-04T12:00:00.999Z");

test("seconds are counted towards zero, so that a second is over only when it is over", () => {
  expect(secondsBetween(NOON, new Date(NOON.getTime() + 1999))).toBe(1);
  expect(secondsBetween(new Date(NOON.getTime() + 1999), NOON)).toBe(-1);
  expect(secondsBetween(NOON, addSeconds(NOON, DAY_SECONDS))).toBe(86_400);
});

test("a NumericDate never lies in the future: a token is not issued after it was bought", () => {
  expect(numericDate(NOON) * 1000).toBeLessThanOrEqual(NOON.getTime());
});
