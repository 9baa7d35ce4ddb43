import { expect, test } from "vitest";
import { uuid7 } from "./uuid";

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("ids carry their time, and sort in the order of their making even where the clock goes back", () => {
  const at = new Date("2026-05-04T03:02:01.007Z");
  const ids = [
    ...Array.from({ length: 10_000 }, () => uuid7(at)),
    uuid7(new Date(at.getTime() - 5_000)),
    uuid7(new Date(at.getTime() + 5_000)),
  ];
  for (const id of ids) expect(id).toMatch(SHAPE);
  expect(parseInt((ids[0] ?? "").replaceAll("-", "").slice(0, 12), 16)).toBe(at.getTime());
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});
