import { expect, test } from "vitest";
import { addSeconds } from "@/lib/time";
import { sessionState, silentSince } from "./rules";

const NOON = new Date("2026-05-04T12:00:00.000Z");
const after = (seconds: number) => addSeconds(NOON, seconds);
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
] as const)(
  "a host that could be heard all the time is %s: %j after %i seconds",
  (state, session, seconds) => {
    const hearing = { since: after(-500), until: after(seconds) };
    expect(sessionState(session, silentSince(hearing, after(seconds)))).toBe(state);
  },
);

test.each([
  ["nobody has ever listened", null],
  ["nobody listened for half a minute", { since: after(-500), until: after(469) }],
  ["somebody listens again, but not for long enough", { since: after(381), until: after(500) }],
  ["a clock was wrong", { since: after(-500), until: after(621) }],
])("a host that was not heard is not silent while %s", (_, hearing) => {
  expect(sessionState(open, silentSince(hearing, after(500)))).toBe("Available");
});

test.each([
  ["for as long as silence takes", { since: after(380), until: after(500) }],
  ["by a process whose last note is some seconds old", { since: after(0), until: after(470) }],
  ["by a process whose clock is ahead", { since: after(0), until: after(620) }],
])("it is once it could have been heard %s", (_, hearing) => {
  expect(sessionState(open, silentSince(hearing, after(500)))).toBe("Unresponsive");
});
