import { expect, test } from "vitest";
import {
  formatAgo,
  formatCount,
  formatDay,
  formatDuration,
  formatIn,
  formatInstant,
  formatLocal,
  formatNames,
  formatQuantity,
  formatRange,
} from "./format";
import { addSeconds } from "./time";

const AT = new Date("2026-11-23T14:05:00.000Z");

test("an instant says its zone, so that nobody has to guess whose clock it is", () => {
  expect(formatInstant(AT, "UTC")).toBe("23 Nov 2026, 14:05 UTC");
  expect(formatInstant(AT, "Asia/Kolkata")).toMatch(/19:35 GMT\+5:30$/);
  expect(formatDay(new Date("2026-11-23T23:30:00.000Z"), "Europe/Berlin")).toBe("24 Nov 2026");
});

test("an instant in a field has four digits for its year, also while that is being typed", () => {
  expect(formatLocal(AT, "Asia/Kolkata")).toBe("2026-11-23T19:35");
  for (const year of ["0002", "0020", "0202"]) {
    expect(formatLocal(new Date(`${year}-11-23T14:05:00.000Z`), "UTC")).toBe(`${year}-11-23T14:05`);
  }
});

test.each([
  [0, "just now"],
  [59, "just now"],
  [60, "1 min ago"],
  [3599, "59 min ago"],
  [3600, "1 h ago"],
  [86_399, "23 h ago"],
  [86_400, "1 day ago"],
  [30 * 86_400, "30 days ago"],
  [31 * 86_400, "23 Nov 2026"],
  // Another machine's clock may be ahead.
  [-10, "just now"],
])("%i seconds ago reads %s", (seconds, text) => {
  expect(formatAgo(AT, addSeconds(AT, seconds), "UTC")).toBe(text);
});

test("numbers, names and ranges read as people write them", () => {
  expect([formatCount(5000), formatQuantity(1, "host"), formatQuantity(5000, "host")]).toEqual([
    "5,000",
    "1 host",
    "5,000 hosts",
  ]);
  expect(["a", "b", "c"].map((_, at, all) => formatNames(all.slice(0, at + 1)))).toEqual([
    "a",
    "a and b",
    "a, b and c",
  ]);
  expect([formatRange(1, 25, 5000), formatRange(2, 25, 30), formatRange(1, 25, 0)]).toEqual([
    "1–25 of 5,000",
    "26–30 of 30",
    "0–0 of 0",
  ]);
});

test.each([
  [-3, "0 s"],
  [0, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [200, "3 min 20 s"],
  [7200, "2 h"],
  [7500, "2 h 5 min"],
  [86_400, "1 day"],
  [3 * 86_400 + 5, "3 days"],
])("something that took %i seconds took %s", (seconds, text) => {
  expect(formatDuration(AT, addSeconds(AT, seconds))).toBe(text);
});

test.each([
  [-3, "in less than a minute"],
  [59, "in less than a minute"],
  [60, "in 1 min"],
  [7199, "in 1 h"],
  [86_400, "in 1 day"],
  [13 * 86_400 - 1, "in 12 days"],
])("what comes in %i seconds comes %s", (seconds, text) => {
  expect(formatIn(addSeconds(AT, seconds), AT)).toBe(text);
});
