import { expect, test } from "vitest";
import { askToStop, onStop, onStopAsked, runStops } from "@/lib/stopping";

test("what was opened last is closed first, and a failure does not keep the others from closing", async () => {
  const closed: string[] = [];
  onStop("pool", () => void closed.push("pool"));
  onStop("writer", async () => {
    closed.push("writer");
    throw new Error("disk full");
  });
  expect(await runStops()).toEqual([{ name: "writer", error: new Error("disk full") }]);
  expect(closed).toEqual(["writer", "pool"]);
  expect(await runStops()).toEqual([]);
});

test("whoever waits lets go as soon as the process is asked to stop, before anything is closed", async () => {
  const heard: string[] = [];
  onStop("pool", () => void heard.push("closed"));
  onStopAsked("polls", () => void heard.push("let go"));
  askToStop();
  await runStops();
  expect(heard).toEqual(["let go", "closed"]);
});

test("one that never ends is given up, and the others are begun all the same", async () => {
  const closed: string[] = [];
  onStop("pool", () => void closed.push("pool"));
  onStop("writer", () => new Promise(() => undefined));
  expect((await runStops(50)).map(({ name }) => name)).toContain("writer");
  expect(closed).toEqual(["pool"]);
});
