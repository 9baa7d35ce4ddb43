import { describe, expect, test } from "vitest";
import { addSeconds } from "@/lib/time";
import { isSignInOver, remainingPauseSeconds } from "./rules";

const NOON = new Date("2026-05-04T12:00:00.000Z");
const later = (seconds: number) => addSeconds(NOON, seconds);

describe("a sign-in", () => {
  test("lasts eight hours and not a second more", () => {
    const changed = later(-1);
    expect(isSignInOver(NOON, changed, later(8 * 3600 - 1))).toBe(false);
    expect(isSignInOver(NOON, changed, later(8 * 3600))).toBe(true);
  });

  test("is over when the password was changed since, or there is none any more", () => {
    expect(isSignInOver(NOON, NOON, later(1))).toBe(false);
    expect(isSignInOver(NOON, new Date(NOON.getTime() + 1), later(1))).toBe(true);
    expect(isSignInOver(NOON, null, later(1))).toBe(true);
  });
});

describe("the pause after failures", () => {
  test.each([
    ["pair", 5, 300],
    ["address", 30, 60],
    ["browser", 10, 60],
  ] as const)(
    "of a %s begins after %i and stays within %i seconds, however many there were",
    (kind, free, longest) => {
      const pause = (failures: number) => remainingPauseSeconds(kind, { failures, lastFailedAt: NOON }, NOON);
      expect(pause(free - 1)).toBe(0);
      expect(pause(free)).toBe(2);
      expect(pause(free + 1)).toBe(4);
      for (const failures of [free + 10, free + 100, 2 ** 31 - 1]) expect(pause(failures)).toBe(longest);
    },
  );

  test("is over by itself, and after a quarter of an hour the failures are forgotten", () => {
    const bucket = { failures: 5, lastFailedAt: NOON };
    expect(remainingPauseSeconds("pair", bucket, later(1))).toBe(1);
    expect(remainingPauseSeconds("pair", bucket, later(2))).toBe(0);
    expect(remainingPauseSeconds("pair", { ...bucket, failures: 1000 }, later(900))).toBe(0);
  });
});
