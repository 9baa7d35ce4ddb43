import { describe, expect, test } from "vitest";
import { readGivenEnv } from "@/lib/env";
import {
  DOCUMENT_MAX_AGE_SECONDS,
  type KeyLife,
  lastTokenDiesAt,
  nextKey,
  PUBLISHED_BEFORE_SCHEDULE_SECONDS,
  PUBLISHED_BEFORE_SECONDS,
  RING_MAX_AGE_SECONDS,
  scheduledChange,
  signerAt,
  stateOf,
  TOKEN_LIFETIME_MAX_SECONDS,
} from "@/lib/identity/rules";
import { addSeconds, DAY_SECONDS } from "@/lib/time";

const NOON = new Date("2026-05-04T12:00:00.000Z");
const at = (seconds: number) => addSeconds(NOON, seconds);

const key = (kid: string, life: Partial<KeyLife>): KeyLife => ({
  kid,
  createdAt: NOON,
  activatesAt: NOON,
  retiredAt: null,
  withdrawnAt: null,
  ...life,
});

const statesAt = (keys: readonly KeyLife[], now: Date) => {
  const signer = signerAt(keys, now);
  return Object.fromEntries(keys.map((one) => [one.kid, stateOf(one, signer, now)]));
};

describe("a key's life follows from its instants", () => {
  const keys = [key("old", {}), key("new", { createdAt: at(100), activatesAt: at(1000) })];

  test("the next key does not sign before its time; from then on it does and the old one is retired", () => {
    expect(statesAt(keys, at(999))).toEqual({ old: "Active", new: "Next" });
    expect(nextKey(keys, at(999))?.kid).toBe("new");
    expect(statesAt(keys, at(1000))).toEqual({ old: "Retired", new: "Active" });
    expect(nextKey(keys, at(1000))).toBeNull();
  });

  test("a retired key is there until the last token it can have signed is dead, and then gone", () => {
    const dead = lastTokenDiesAt(at(1000));
    expect(statesAt(keys, addSeconds(dead, -1))).toEqual({ old: "Retired", new: "Active" });
    expect(statesAt(keys, dead)).toEqual({ old: "Gone", new: "Active" });
    const written = [key("old", { retiredAt: at(1000) }), ...keys.slice(1)];
    expect(statesAt(written, addSeconds(dead, -1)).old).toBe("Retired");
    expect(statesAt(written, dead).old).toBe("Gone");
  });

  test("no token can live longer than a retired key is kept, whatever is configured", () => {
    const lifetime = (seconds: number) => readGivenEnv({ ACCESS_TOKEN_LIFETIME_SECONDS: String(seconds) });
    expect(lifetime(TOKEN_LIFETIME_MAX_SECONDS).accessTokenLifetimeSeconds).toBe(TOKEN_LIFETIME_MAX_SECONDS);
    expect(() => lifetime(TOKEN_LIFETIME_MAX_SECONDS + 1)).toThrow();
    expect(lastTokenDiesAt(NOON) > at(TOKEN_LIFETIME_MAX_SECONDS)).toBe(true);
  });

  test("a withdrawn key is nothing else any more, at any point of its life", () => {
    for (const life of [{}, { activatesAt: at(5000) }, { retiredAt: at(-10) }]) {
      const withdrawn = key("withdrawn", { ...life, withdrawnAt: at(1) });
      expect(statesAt([withdrawn, ...keys], at(2))).toMatchObject({ withdrawn: "Withdrawn", old: "Active" });
    }
  });

  test("a key that only verifies never signs, also when it is the only one", () => {
    const imported = key("imported", { activatesAt: null, retiredAt: NOON });
    expect(signerAt([imported], at(1))).toBeNull();
    expect(statesAt([imported], at(1))).toEqual({ imported: "Retired" });
  });

  test("of two that could sign, the one that became active last does", () => {
    const both = [key("one", { activatesAt: at(10) }), key("other", { activatesAt: at(20) })];
    for (const order of [both, both.toReversed()]) expect(signerAt(order, at(30))?.kid).toBe("other");
  });
});

test("a key is published longer than caches and processes may be behind", () => {
  expect(PUBLISHED_BEFORE_SECONDS).toBeGreaterThan(DOCUMENT_MAX_AGE_SECONDS + RING_MAX_AGE_SECONDS);
});

describe("rotation by schedule", () => {
  const days = (count: number) => at(count * DAY_SECONDS);

  test("publishes the next key a day before the present one has signed for its time", () => {
    const keys = [key("old", {})];
    const published = addSeconds(days(90), -PUBLISHED_BEFORE_SCHEDULE_SECONDS);
    expect(scheduledChange(keys, 90, addSeconds(published, -1))).toBeNull();
    expect(scheduledChange(keys, 90, published)).toEqual(days(90));
  });

  test("is not due while a key waits already, nor ever with 0", () => {
    const keys = [key("old", {}), key("new", { activatesAt: days(100) })];
    expect(scheduledChange(keys, 90, days(91))).toBeNull();
    expect(scheduledChange([key("old", {})], 0, days(5000))).toBeNull();
    expect(scheduledChange([], 90, days(5000))).toBeNull();
  });

  test("that was missed still publishes before it signs", () => {
    const change = scheduledChange([key("old", {})], 90, days(400));
    expect(change).toEqual(addSeconds(days(400), PUBLISHED_BEFORE_SECONDS));
  });
});
