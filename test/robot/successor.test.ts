import { expect, test } from "vitest";
import { spreadSeconds } from "@/robot/successor";

const NOW = 1_800_000_000;
const rotation = (secondsLeft: number | null) => ({
  successor: "https://latchkey.test/api/identity/connect/successor",
  endsAt: secondsLeft === null ? null : new Date((NOW + secondsLeft) * 1000).toISOString(),
});

test.each([
  ["never ends", null, 60],
  ["ends in a day", 86_400, 60],
  ["ends in a minute", 60, 6],
  ["ends in a second", 1, 0.1],
  ["has ended", -5, 0],
])("a fleet comes spread over time, and in time where the old one %s", (_, left, most) => {
  expect(spreadSeconds(rotation(left), NOW, () => 0)).toBe(0);
  expect(spreadSeconds(rotation(left), NOW, () => 1)).toBeCloseTo(most);
});
