import { afterEach, expect, test } from "vitest";
import { subscribe } from "@/lib/live/notifications";
import { signal } from "@/lib/signals";
import { awaitGivenDatabase } from "@/server/database/given-database";
import { inTransaction, logLines, way } from "@/test/world";

afterEach(() => {
  way.isDeaf = false;
});

const SLOW = { interval: 100 };
const said = (words: RegExp) => logLines.some((line) => words.test(line));
const start = () => awaitGivenDatabase(way.url, () => undefined);

test("a start behind a pooler that keeps signals to itself is refused with what to do", async () => {
  way.isDeaf = true;
  await expect(start()).rejects.toThrow(/pool_mode = session/);
  way.isDeaf = false;
  await start();
});

test("a listening connection that hears nothing any more is given up, and signals are heard on the next", async () => {
  let heard = 0;
  const stop = subscribe("keys", () => {
    heard += 1;
  });
  const isHeard = async () => {
    const before = heard;
    await inTransaction((db) => signal(db, [{ kind: "keys" }]));
    await expect.poll(() => heard, SLOW).toBeGreaterThan(before);
  };
  await expect.poll(() => heard, SLOW).toBe(1);
  await isHeard();
  way.isDeaf = true;
  await expect.poll(() => said(/hears nothing of what other connections say/), SLOW).toBe(true);
  way.isDeaf = false;
  const before = heard;
  await expect.poll(() => heard, SLOW).toBeGreaterThan(before);
  await isHeard();
  stop();
});
