import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

type Entry = {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
};

test("npm ci checks what it fetches against the lock file, for every package of every platform", () => {
  const text = readFileSync(join(import.meta.dirname, "../package-lock.json"), "utf8");
  const lock: { packages: Record<string, Entry> } = JSON.parse(text);
  const { "": _ourselves, ...packages } = lock.packages;
  const unchecked = Object.entries(packages).filter(
    ([, { integrity, link, inBundle }]) =>
      !link && !inBundle && !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""),
  );
  expect(Object.keys(packages).length).toBeGreaterThan(0);
  expect(unchecked.map(([path]) => path)).toEqual([]);
  // An address in the lock file would send everybody to the registry of whoever wrote it.
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});
