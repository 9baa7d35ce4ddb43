import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Child, startChild } from "@/robot/child";
import type { Progress } from "@/robot/job-output";
import { startWatchdog, type Watchdog } from "@/robot/watchdog";
import { isAlive } from "@/test/robot/alive";

let watchdog: Watchdog;
beforeEach(() => {
  watchdog = startWatchdog();
});
afterEach(() => watchdog.release());

/** Runs a script with Node.js itself. */
function start(script: string, input: unknown = {}, env: Record<string, string> = {}) {
  const progress: Progress[] = [];
  const waiting: (() => void)[] = [];
  const local = { command: process.execPath, args: ["-e", script], env };
  const onProgress = (one: Progress) => {
    progress.push(one);
    for (const wake of waiting) wake();
  };
  const given = { jobId: "job-1", processName: "name", input, onProgress };
  const child: Child = startChild(local, given, watchdog);
  const said = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { child, progress, said };
}

const ECHO_INPUT = `
let text = "";
process.stdin.on("data", (piece) => { text += piece; });
process.stdin.on("end", () => console.log(JSON.stringify({ output: { text, env: process.env } })));`;

describe("a job's process", () => {
  test("gets its input as data, on standard input and in the environment, and nothing of the robot's own", async () => {
    process.env.LATCHKEY_CLIENT_SECRET = "lks_secret";
    const input = { path: "$(touch /tmp/x); `id` && \"'", nul: "\0" };
    const { child } = start(ECHO_INPUT, input, { OWN: "1" });
    delete process.env.LATCHKEY_CLIENT_SECRET;
    const { code, output } = await child.ended;
    const { text, env } = (output as { value: { text: string; env: Record<string, string> } }).value;
    expect(code).toBe(0);
    expect(JSON.parse(text)).toEqual(input);
    expect(JSON.parse(env.LATCHKEY_JOB_INPUT ?? "")).toEqual(input);
    expect(env).toMatchObject({ OWN: "1", LATCHKEY_JOB_ID: "job-1", LATCHKEY_PROCESS_NAME: "name" });
    expect(Object.keys(env).filter((name) => name.startsWith("LATCHKEY_"))).toHaveLength(3);
    expect(JSON.stringify(env)).not.toContain("lks_secret");
  });

  test("gets large input on standard input only", async () => {
    const input = "x".repeat(60_000);
    const { output } = await start(ECHO_INPUT, input).child.ended;
    const { text, env } = (output as { value: { text: string; env: Record<string, string> } }).value;
    expect(text).toBe(JSON.stringify(input));
    expect(env).not.toHaveProperty("LATCHKEY_JOB_INPUT");
  });

  test("that does not read its input, or closes it, is not to blame", async () => {
    const { child } = start('process.stdin.destroy(); console.log("done")', "x".repeat(60_000));
    expect(await child.ended).toMatchObject({ code: 0, output: { value: "done" } });
  });

  test("that fails says why with the end of its standard error", async () => {
    const { child } = start('console.error("x".repeat(9000) + " the reason"); process.exitCode = 3');
    const end = await child.ended;
    expect(end).toMatchObject({ code: 3, errorTail: expect.stringMatching(/^…x+ the reason$/) });
    expect(end.errorTail.length).toBeLessThanOrEqual(3500);
  });

  test("that is not there is a failure of the job, not of the robot", async () => {
    const local = { command: "/nowhere/to-be-found", args: [], env: {} };
    const given = { jobId: "1", processName: "n", input: {}, onProgress: () => undefined };
    const { ended, pid } = startChild(local, given, watchdog);
    expect(pid).toBeUndefined();
    expect(await ended).toMatchObject({ code: null, failure: expect.stringContaining("ENOENT") });
  });

  const WITH_GRANDCHILD = `
const grandchild = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
console.log(JSON.stringify({ progress: 1, message: String(grandchild.pid) }));`;

  test("is killed with everything it started", async () => {
    const { child, progress, said } = start(`${WITH_GRANDCHILD} setInterval(() => {}, 1000);`);
    await said();
    const grandchild = Number(progress[0]?.message);
    expect(isAlive(grandchild)).toBe(true);
    child.signal("SIGKILL");
    expect(await child.ended).toMatchObject({ code: null, signal: "SIGKILL" });
    await expect.poll(() => isAlive(grandchild)).toBe(false);
  });

  test("leaves nothing running when it ends by itself", async () => {
    const { child, progress } = start(`${WITH_GRANDCHILD} process.exit(0);`);
    expect(await child.ended).toMatchObject({ code: 0 });
    await expect.poll(() => isAlive(Number(progress[0]?.message))).toBe(false);
  });

  test("dies with a robot that is killed with kill -9, and only what is left then", async () => {
    const [ended, left] = [start(""), start("setInterval(() => {}, 1000)")];
    await ended.child.ended;
    const gone = left.child.ended;
    watchdog.release();
    expect(await gone).toMatchObject({ signal: "SIGKILL" });
  });
});
