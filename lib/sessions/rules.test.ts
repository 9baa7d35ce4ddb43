import { expect, test } from "vitest";
import { addSeconds } from "@/lib/time";
import { sessionState } from "./rules";

const NOON = new Date("2026-05-04T12:00:00.000Z");
const open = { endedAt: null, heartbeatAt: NOON, isBusy: false };

test.each([
  ["Available", open, 0],
  ["Busy", { ...open, isBusy: true }, 0],
  ["Available", open, 119],
  ["Unresponsive", open, 120],
  ["Unresponsive", { ...open, isBusy: true }, 100_000],
  ["Disconnected", { ...open, endedAt: NOON }, 0],
  ["Disconnected", { ...open, endedAt: NOON, isBusy: true }, 500],
  // The database's clock may be ahead of ours.
  ["Available", open, -5],
] as const)("a host is %s: %j after %i seconds", (state, session, seconds) => {
  expect(sessionState(session, addSeconds(NOON, seconds))).toBe(state);
});
