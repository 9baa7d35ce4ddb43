import { describe, expect, test } from "vitest";
import { backOffSeconds, Unreachable, untilAnswered } from "@/robot/back-off";

describe("back-off", () => {
  test("doubles its limit up to 30 s, and takes any time below it", () => {
    const limits = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => backOffSeconds(failures, () => 1));
    expect(limits).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
    expect(backOffSeconds(5, () => 0)).toBe(0);
    expect(backOffSeconds(5, () => 0.25)).toBe(2);
  });

  test("never comes back before the server asked for it", () => {
    expect(backOffSeconds(1, () => 0, 12)).toBe(12);
  });

  test("tries until there is an answer, each time after a longer pause", async () => {
    const pauses: number[] = [];
    let tries = 0;
    const answer = await untilAnswered(
      async () => {
        tries += 1;
        if (tries < 5) throw new Unreachable("down", tries === 2 ? 3 : 0);
        return "up";
      },
      { random: () => 1, pause: async (seconds) => void pauses.push(seconds) },
      new AbortController().signal,
    );
    expect(answer).toBe("up");
    expect(pauses).toEqual([0.5, 4, 2, 4]);
  });

  test("passes on at once what is no failure of the network", async () => {
    const patience = { random: () => 0, pause: async () => undefined };
    const trying = untilAnswered(
      () => Promise.reject(new RangeError("ours")),
      patience,
      new AbortController().signal,
    );
    await expect(trying).rejects.toThrow("ours");
  });

  test("ends with the signal's reason, also while it waits", async () => {
    const controller = new AbortController();
    const patience = {
      random: () => 1,
      pause: async () => controller.abort(new Error("enough")),
    };
    const trying = untilAnswered(() => Promise.reject(new Unreachable("down")), patience, controller.signal);
    await expect(trying).rejects.toThrow("enough");
  });
});
