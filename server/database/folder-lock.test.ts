import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askBeacon } from "@/server/database/beacon.mjs";
import { takeLock } from "@/server/database/folder-lock.mjs";
import { CONTAINER } from "@/test/container";

/** Short, and patient enough for a slow machine. */
const LEASE = { renewalMs: 50, renewals: 100 };

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-lock-"));
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    child.kill("SIGKILL");
    await ended(child);
  }
  rmSync(folder, { recursive: true });
});

const locks = () => readdirSync(folder).filter((name) => !name.endsWith(".sock"));
const sockets = () => readdirSync(folder).filter((name) => name.endsWith(".sock"));
const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? undefined
    : new Promise((resolve) => child.once("exit", resolve));

/** A process that tries to take the lock when it is told to, and says how that went and what became of it. */
function contender(within: readonly string[] = []) {
  const source = `
    const { takeLock } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, "folder-lock.mjs")).href)});
    const say = (word) => process.stdout.write(word + "\\n");
    process.stdin.on("data", async () => {
      const taken = await takeLock(${JSON.stringify(folder)}, "lock", {
        lease: ${JSON.stringify(LEASE)}, onWait: () => say("waits"), onLost: () => say("overtaken"),
      });
      say("holder" in taken ? "refused" : "holds");
    }).once("end", () => process.exit());
    say("ready");`;
  const [command = "", ...args] = [...within, process.execPath, "--input-type=module", "-e", source];
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const hears = (pattern: RegExp, from = 0) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const match = pattern.exec(said.slice(from));
        if (match) resolve(match[0]);
      };
      child.stdout.setMaxListeners(0).on("data", look);
      look();
    });
  return {
    child,
    said: () => said,
    hears,
    ready: () => hears(/ready/),
    async takes() {
      await hears(/ready/);
      const from = said.length;
      child.stdin.write("go\n");
      return hears(/refused|holds/, from);
    },
    async dies() {
      child.kill("SIGKILL");
      await ended(child);
      // The first process of a container ends a moment after whoever began it.
      const answers = () => Promise.all(sockets().map((name) => askBeacon(folder, name)));
      await expect.poll(answers).not.toContain("alive");
    },
  };
}

/** Makes the lock look as if it were held through another kernel, whose sockets cannot be asked from here. */
function moveToAnotherKernel() {
  const file = join(folder, locks()[0] ?? "");
  const holder = { ...JSON.parse(readFileSync(file, "utf8")), kernel: "another" };
  writeFileSync(file, JSON.stringify(holder));
  for (const socket of sockets()) rmSync(join(folder, socket));
}

test("a second one is refused and told who holds it, until it is given free", async () => {
  const first = await takeLock(folder, "lock");
  expect(await takeLock(folder, "lock")).toMatchObject({ holder: { pid: process.pid } });
  expect(locks()).toEqual(["lock.1"]);
  if ("release" in first) first.release();
  expect(sockets()).toEqual([]);
  const second = await takeLock(folder, "lock");
  expect(second).toHaveProperty("release");
  expect(locks()).toEqual(["lock.2"]);
  if ("release" in second) second.release();
});

test("two containers on one folder, where process ids say nothing of each other: the second is refused", async () => {
  const [first, second] = [contender(CONTAINER), contender(CONTAINER)];
  expect(await first.takes()).toBe("holds");
  expect(await second.takes()).toBe("refused");
  const outside = await takeLock(folder, "lock");
  expect(outside).toHaveProperty("holder");
  await first.dies();
  expect(await second.takes()).toBe("holds");
  expect(second.said()).not.toContain("waits");
  expect(await takeLock(folder, "lock")).toHaveProperty("holder");
});

test("a holder that accepts nobody is alive however often it is asked", async () => {
  const held = contender();
  expect(await held.takes()).toBe("holds");
  held.child.kill("SIGSTOP");
  const [beacon = ""] = sockets();
  const answers = new Set<string>();
  // Node.js lets 511 wait to be accepted.
  for (let asked = 0; asked < 600; asked += 1) answers.add(await askBeacon(folder, beacon));
  expect([...answers]).toEqual(["alive"]);
});

test("the lock of a process that was killed is taken over at once, however long the folder's path", async () => {
  folder = join(folder, "a".repeat(100), "b".repeat(100));
  mkdirSync(folder, { recursive: true });
  const killed = contender();
  expect(await killed.takes()).toBe("holds");
  expect(await takeLock(folder, "lock")).toHaveProperty("holder");
  await killed.dies();
  const next = contender();
  expect(await next.takes()).toBe("holds");
  expect(next.said()).not.toContain("waits");
  expect(locks()).toEqual(["lock.2"]);
  expect(sockets()).toHaveLength(1);
});

test("of many that race for the place of one that was killed, exactly one gets it, every time", async () => {
  let racers = Array.from({ length: 8 }, (_, index) => contender(index % 2 === 0 ? CONTAINER : []));
  await Promise.all(racers.map((racer) => racer.ready()));
  while (racers.length > 0) {
    const outcomes = await Promise.all(racers.map((racer) => racer.takes()));
    const winners = racers.filter((_, index) => outcomes[index] === "holds");
    expect(winners).toHaveLength(1);
    await winners[0]?.dies();
    racers = racers.filter((racer) => !winners.includes(racer));
  }
});

test("where sockets say nothing, a holder lives while it renews its file", async () => {
  const held = contender();
  expect(await held.takes()).toBe("holds");
  moveToAnotherKernel();
  const next = contender();
  expect(await next.takes()).toBe("refused");
  expect(next.said()).toContain("waits");
  await held.dies();
  expect(await next.takes()).toBe("holds");
});

test("a holder that was frozen and overtaken learns it when it wakes", async () => {
  const frozen = contender();
  expect(await frozen.takes()).toBe("holds");
  moveToAnotherKernel();
  frozen.child.kill("SIGSTOP");
  const next = contender();
  expect(await next.takes()).toBe("holds");
  frozen.child.kill("SIGCONT");
  expect(await frozen.hears(/overtaken/)).toBe("overtaken");
  expect(await frozen.takes()).toBe("refused");
});

test("a lock that an earlier version gave free is free", async () => {
  writeFileSync(join(folder, "lock.7"), JSON.stringify({ pid: 0, startedAt: null }));
  const taken = await takeLock(folder, "lock");
  expect(locks()).toEqual(["lock.8"]);
  if ("release" in taken) taken.release();
});
