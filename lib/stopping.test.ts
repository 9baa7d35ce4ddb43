import { expect, test } from "vitest";
import { onStop, runStops } from "@/lib/stopping";

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
