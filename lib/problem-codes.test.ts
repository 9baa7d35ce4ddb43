import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROBLEM_CODES } from "@/lib/problem-codes";

test("the page for whoever writes a robot lists every code with its meaning, and no other", () => {
  const page = readFileSync(join(import.meta.dirname, "../docs/robot-api-codes.md"), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(Object.fromEntries(rows)).toEqual(PROBLEM_CODES);
});
