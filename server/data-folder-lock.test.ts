import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundle } from "@/tools/bundle.mjs";
import { lockDataFolder } from "./data-folder-lock";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-lock-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const locks = () => readdirSync(folder).filter((name) => name.startsWith("lock"));

test("a second start on the same folder is refused with the process that holds it", () => {
  lockDataFolder(folder);
  expect(() => lockDataFolder(folder)).toThrow(
    new RegExp(`already runs on ${folder} \\(process ${process.pid}\\)`),
  );
  expect(locks()).toEqual(["lock.1"]);
});

test("a lock that was given free can be taken again", () => {
  lockDataFolder(folder).release();
  lockDataFolder(folder);
  expect(() => lockDataFolder(folder)).toThrow(/already runs/);
});

test("the lock of a process that is gone is taken over", () => {
  writeFileSync(join(folder, "lock.7"), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: null }));
  lockDataFolder(folder);
  expect(locks()).toEqual(["lock.8"]);
});

test.runIf(process.platform === "linux")(
  "a process id that was used again does not keep a stale lock",
  () => {
    writeFileSync(join(folder, "lock.1"), JSON.stringify({ pid: process.pid, startedAt: "another boot 1" }));
    lockDataFolder(folder);
    expect(JSON.parse(readFileSync(join(folder, "lock.2"), "utf8"))).toMatchObject({ pid: process.pid });
  },
);

test("of many processes that start at once on a stale lock, one gets it", async () => {
  writeFileSync(join(folder, "lock.1"), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: null }));
  const root = join(import.meta.dirname, "..");
  const module = join(folder, "data-folder-lock.mjs");
  await bundle(root, "server/data-folder-lock.ts", module);
  const racer = `
    const { lockDataFolder } = await import(${JSON.stringify(module)});
    process.stdin.once("data", () => {
      try { lockDataFolder(${JSON.stringify(folder)}); process.stdout.write("won"); } catch { process.stdout.write("lost"); }
    }).once("end", () => process.exit());
    process.stdout.write("ready ");`;
  const racers = Array.from({ length: 8 }, () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", racer], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let said = "";
    const has = (word: RegExp) =>
      new Promise<string>((resolve) => {
        child.stdout.on("data", (text) => {
          said += text;
          if (word.test(said)) resolve(said);
        });
      });
    return { child, ready: has(/ready/), outcome: has(/won|lost/) };
  });
  await Promise.all(racers.map(({ ready }) => ready));
  for (const { child } of racers) child.stdin.write("go");
  const outcomes = await Promise.all(racers.map(({ outcome }) => outcome));
  for (const { child } of racers) child.stdin.end();
  expect(outcomes.filter((said) => said.endsWith("won"))).toHaveLength(1);
});
