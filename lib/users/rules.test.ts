import { describe, expect, test } from "vitest";
import type { Role } from "@/lib/roles";
import { addSeconds } from "@/lib/time";
import {
  isBarred,
  isConfirmationOld,
  isLastAdministrator,
  isSignInOver,
  remainingPauseSeconds,
} from "./rules";

const NOON = new Date("2026-05-04T12:00:00.000Z");
const later = (seconds: number) => addSeconds(NOON, seconds);

describe("a sign-in", () => {
  test("lasts eight hours and not a second more", () => {
    const signIn = { startedAt: NOON, endedAt: null };
    expect(isSignInOver(signIn, later(8 * 3600 - 1))).toBe(false);
    expect(isSignInOver(signIn, later(8 * 3600))).toBe(true);
  });

  test("is over when somebody ended it", () => {
    expect(isSignInOver({ startedAt: NOON, endedAt: later(1) }, later(1))).toBe(true);
  });

  test("is a fresh proof for ten minutes", () => {
    expect(isConfirmationOld(NOON, later(599))).toBe(false);
    expect(isConfirmationOld(NOON, later(600))).toBe(true);
  });
});

test("an admin is barred when disabled altogether, or in every tenant they belong to", () => {
  const [on, off] = [{ disabledAt: null }, { disabledAt: NOON }];
  expect(isBarred({ ...on, memberships: [] })).toBe(false);
  expect(isBarred({ ...on, memberships: [on, off] })).toBe(false);
  expect(isBarred({ ...on, memberships: [off, off] })).toBe(true);
  expect(isBarred({ ...off, memberships: [on] })).toBe(true);
});

test("the last administrator is the only one who can come in", () => {
  const member = (adminId: string, role: Role, isDisabled = false) => ({ adminId, role, isDisabled });
  const others = [member("b", "Operator"), member("c", "Administrator", true)];
  expect(isLastAdministrator([member("a", "Administrator"), ...others], "a")).toBe(true);
  expect(isLastAdministrator([member("a", "Administrator"), ...others], "c")).toBe(false);
  const two = [member("a", "Administrator"), member("d", "Administrator"), ...others];
  expect(isLastAdministrator(two, "a")).toBe(false);
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
