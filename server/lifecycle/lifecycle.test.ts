import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "@/tools/bundle.mjs";

const root = join(import.meta.dirname, "../..");
// Where its packages are found.
const module = join(root, `dist/test/life-${process.pid}.mjs`);

beforeAll(() => bundle(root, "server/lifecycle/lifecycle.ts", module));
afterAll(() => {
  for (const file of [module, `${module}.map`]) rmSync(file);
});

/** Runs `work` in a process that has two things to close, with `life` at hand; resolves with what it printed and how it ended. */
async function live(work: string, act: (child: ReturnType<typeof spawn>) => void = () => undefined) {
  const source = `
    const { watchLifecycle } = await import(${JSON.stringify(module)});
    const life = watchLifecycle((error) => console.log("reported", error.message));
    const alive = setInterval(() => undefined, 1_000);
    life.before("database", () => console.log("database closed"));
    life.before("server", async () => { console.log("server closing"); await new Promise((done) => process.stdin.resume().once("end", done)); });
    ${work}
    console.log("started");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (text.includes("started")) act(child);
    if (text.includes("server closing")) {
      // What npm does after the terminal did it.
      child.kill("SIGINT");
      child.stdin.end();
    }
  });
  const [code]: (number | null)[] = await once(child, "close");
  return { code, said };
}

test("a signal that comes twice at once closes everything in order and ends well", async () => {
  const { code, said } = await live("", (child) => child.kill("SIGINT"));
  expect(code).toBe(0);
  expect(said).toMatch(/SIGINT: stopping\nserver closing\ndatabase closed\n$/);
});

test("a terminal that is closed closes everything in order, too", async () => {
  const { code, said } = await live("", (child) => child.kill("SIGHUP"));
  expect(code).toBe(0);
  expect(said).toMatch(/SIGHUP: stopping\nserver closing\ndatabase closed\n$/);
});

test("a failure that nobody handled is reported and closes everything", async () => {
  const { code, said } = await live('setTimeout(() => Promise.reject(new Error("lost")), 0);');
  expect(code).toBe(1);
  expect(said).toMatch(/reported lost\n/);
  expect(said).toMatch(/server closing\n(.*\n)*database closed\n$/);
});
