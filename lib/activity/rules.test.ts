import { describe, expect, test } from "vitest";
import { mayBeClientId } from "@/lib/client-id";
import { binHours, credentialToKeep, periodStart, totalOf, userAgentToKeep } from "./rules";

const NOW = new Date("2026-05-04T12:34:56.789Z");

describe("what is kept of what a client says", () => {
  test.each([
    [null, null],
    ["", null],
    [" \t ", null],
    ["robot/1.0", "robot/1.0"],
    ["a\u0000b\r\nc\u202Ed", "a b c d"],
    [`robot lks_0123456789abcdef_${"A".repeat(49)}!`, "robot lks_…!"],
    ["\ud800x", "x"],
  ])("of the user agent %j it is %j", (sent, kept) => {
    expect(userAgentToKeep(sent)).toBe(kept);
  });

  test("a user agent is cut between characters, not within one", () => {
    expect(userAgentToKeep("😀".repeat(300))).toBe("😀".repeat(200));
  });

  test("only what can be an id of ours is looked up", () => {
    expect(mayBeClientId("01890a5d-ac96-774b-bcce-b302099a8057")).toBe(true);
    for (const one of ["", "press", "01890A5D-AC96-774B-BCCE-B302099A8057", "lks_0123456789abcdef_x"]) {
      expect(mayBeClientId(one)).toBe(false);
    }
    expect(credentialToKeep("0123456789abcdef")).toBe("0123456789abcdef");
    for (const one of [null, "", "a\0b".repeat(10), "x".repeat(65)]) expect(credentialToKeep(one)).toBeNull();
  });
});

describe("a chart", () => {
  test.each([
    ["24h", 24, "2026-05-03T13:00:00.000Z", "2026-05-04T13:00:00.000Z"],
    ["7d", 28, "2026-04-27T18:00:00.000Z", "2026-05-04T18:00:00.000Z"],
    ["30d", 30, "2026-04-05T00:00:00.000Z", "2026-05-05T00:00:00.000Z"],
  ] as const)("of %s has %d bars from %s to %s, without a gap", (period, count, from, to) => {
    const bins = binHours([], period, NOW);
    expect(bins).toHaveLength(count);
    expect(periodStart(period, NOW).toISOString()).toBe(from);
    expect(bins[0]?.from.toISOString()).toBe(from);
    expect(bins.at(-1)?.to.toISOString()).toBe(to);
    for (const [index, bin] of bins.slice(1).entries()) expect(bin.from).toEqual(bins[index]?.to);
  });

  test("counts each hour once, and leaves out what is older", () => {
    const hours = [
      { hour: new Date("2026-05-04T12:00:00.000Z"), granted: 3, refused: 1 },
      { hour: new Date("2026-05-04T11:00:00.000Z"), granted: 2, refused: 0 },
      { hour: new Date("2026-05-03T12:00:00.000Z"), granted: 9, refused: 9 },
    ];
    const day = binHours(hours, "24h", NOW);
    expect(day.at(-1)).toMatchObject({ granted: 3, refused: 1 });
    expect(totalOf(day)).toEqual({ granted: 5, refused: 1 });
    expect(totalOf(binHours(hours, "30d", NOW))).toEqual({ granted: 14, refused: 10 });
  });
});
