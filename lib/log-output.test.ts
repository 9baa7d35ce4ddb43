import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "@/tools/bundle.mjs";

const root = join(import.meta.dirname, "..");
const module = join(root, `dist/test/log-${process.pid}.mjs`);
const kept = join(root, `dist/test/log-${process.pid}.txt`);
beforeAll(() => bundle(root, "lib/log.ts", module));
afterAll(() => {
  for (const file of [module, `${module}.map`, kept]) rmSync(file, { force: true });
});

type Logging = ChildProcessByStdio<Writable, Readable | null, Readable>;

/** A process that logs. `work` may use `log`, and say on standard error how far it is. */
function logging(work: string, stdout: "pipe" | number = "pipe"): Logging {
  const source = `const { log } = await import(${JSON.stringify(module)}); ${work}`;
  return spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["pipe", stdout, "pipe"],
  }) as Logging;
}

async function allOf(stream: Readable | null): Promise<string> {
  let text = "";
  for await (const part of stream?.setEncoding("utf8") ?? []) text += part;
  return text;
}

const many = "for (let n = 0; n < 5000; n += 1) log.info({ n }, 'one of many');";
const numbersIn = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { n: number }).n);
const first = (count: number) => Array.from({ length: count }, (_, n) => n);

test("a line is written although none follows and the process goes on", async () => {
  const child = logging("log.info({ n: 0 }, 'alone'); process.stdin.resume();");
  const [line]: string[] = await once(child.stdout?.setEncoding("utf8") as Readable, "data");
  expect(numbersIn(line ?? "")).toEqual([0]);
  child.stdin.end();
  expect(await once(child, "close")).toEqual([0, null]);
});

test.each([
  ["at its end", many, 0],
  ["that exits", `${many} process.exit(3);`, 3],
  ["that exits later", `${many} setTimeout(() => process.exit(3), 1);`, 3],
  ["that fails", `${many} throw new Error("lost");`, 1],
])("every line of a process %s is written, in order", async (_, work, code) => {
  const child = logging(work);
  child.stderr.resume();
  const closed = once(child, "close");
  expect(numbersIn(await allOf(child.stdout))).toEqual(first(5_000));
  expect(await closed).toEqual([code, null]);
});

test("lines of several processes on one pipe stay whole, however slowly they are read", async () => {
  const work = (from: number) =>
    `for (let n = ${from}; n < ${from + 3_000}; n += 1) { log.info({ n, more: "é".repeat(n % 400) }); if (n % 7 === 0) await new Promise(setImmediate); }`;
  const one = spawn(
    "/bin/sh",
    [
      "-c",
      '"$0" --input-type=module -e "$1" & "$0" --input-type=module -e "$2" & wait',
      process.execPath,
    ].concat(
      [0, 3_000].map((from) => `const { log } = await import(${JSON.stringify(module)}); ${work(from)}`),
    ),
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const numbers = numbersIn(await allOf(one.stdout));
  expect(numbers.sort((a, b) => a - b)).toEqual(first(6_000));
});

test("a reader that is gone ends nothing", async () => {
  const child = logging(
    `process.stdin.once("data", () => { ${many} log.fatal("still here"); console.error("went on"); process.exit(0); });`,
  );
  child.stdout?.destroy();
  child.stdin.write("go");
  expect(await allOf(child.stderr)).toBe("went on\n");
  expect(child.exitCode ?? (await once(child, "close"))[0]).toBe(0);
});

test("a reader that stands still stops nothing, and the end does not wait for it for ever", async () => {
  const child = logging(
    `const more = () => { ${many} }; for (let turn = 0; turn < 20; turn += 1) { more(); await new Promise(setImmediate); } console.error("went on");`,
  );
  // What Node.js has read of it by itself is less than what is written.
  child.stdout?.pause();
  expect(await allOf(child.stderr)).toBe("went on\n");
  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0);
});

const full = "/dev/full";
if (existsSync(full)) {
  test("a full disk ends nothing", async () => {
    const child = logging(`${many} log.fatal("still here"); console.error("went on");`, openSync(full, "w"));
    expect(await allOf(child.stderr)).toBe("went on\n");
    expect(child.exitCode ?? (await once(child, "close"))[0]).toBe(0);
  });
}

test("what waits is written before a file ends", async () => {
  const child = logging(many, openSync(kept, "w"));
  await once(child, "close");
  expect(numbersIn(readFileSync(kept, "utf8"))).toEqual(first(5_000));
});
