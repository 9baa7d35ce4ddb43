import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sourceStamp } from "@/tools/stamp.mjs";

const root = join(import.meta.dirname, "../..");
const built = (file: string) => readFileSync(join(root, ".next", file), "utf8");

test("what a page of one build must find in another follows from the sources alone: build id and names of actions", () => {
  const stamp = sourceStamp(root);
  expect(built("BUILD_ID")).toBe(stamp.slice(0, 32).replaceAll("a", "g"));
  const actions: { encryptionKey: string; node: Record<string, unknown> } = JSON.parse(
    built("server/server-reference-manifest.json"),
  );
  // Next.js hashes it with an action's file and name. It encrypts nothing: the server brings a key of its own.
  expect(actions.encryptionKey).toBe(Buffer.from(stamp, "hex").toString("base64"));
  expect(Object.keys(actions.node).length).toBeGreaterThan(20);
});
