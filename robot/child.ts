import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { type JobOutput, outputReader, type Progress, tail } from "./job-output";
import type { LocalProcess } from "./processes";
import type { Watchdog } from "./watchdog";

const ERROR_MAX_LENGTH = 3500;
/** How long output may come after the child has ended, from something that left its process group. */
const PIPES_GRACE_MS = 1000;
/** One string of an environment is limited by the kernel; larger input is on standard input only. */
const INPUT_IN_ENVIRONMENT_MAX_LENGTH = 16 * 1024;

/** How a child ended. */
export type ChildEnd = {
  /** 0 is success; null when a signal ended it or it never ran. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be run. */
  readonly failure: string | undefined;
  readonly output: JobOutput | undefined;
  readonly errorTail: string;
};

/** A job's process with everything it started, as one process group. */
export type Child = {
  readonly pid: number | undefined;
  readonly ended: Promise<ChildEnd>;
  /** Sends the signal to the whole group. */
  signal(name: "SIGTERM" | "SIGKILL"): void;
};

/** What a job gives its process. */
export type ChildInput = {
  readonly jobId: string;
  readonly processName: string;
  readonly input: unknown;
  readonly onProgress: (progress: Progress) => void;
};

/** @returns the robot's environment without anything of Latchkey's: a child has no business with the secret */
function environmentFor(
  local: LocalProcess,
  { jobId, processName }: ChildInput,
  json: string,
): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (name.startsWith("LATCHKEY_")) delete env[name];
  return {
    ...env,
    ...local.env,
    LATCHKEY_JOB_ID: jobId,
    LATCHKEY_PROCESS_NAME: processName.replaceAll("\0", ""),
    // JSON writes NUL as \u0000, so this is always a valid variable.
    ...(json.length <= INPUT_IN_ENVIRONMENT_MAX_LENGTH && { LATCHKEY_JOB_INPUT: json }),
  };
}

function signalGroup(pid: number | undefined, name: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // ESRCH: everything in the group has ended. EPERM: what is left runs as somebody else, whom the robot may not signal.
  }
}

/** Starts what the local list says, without a shell, at the head of a process group of its own. Input goes in as data only. */
export function startChild(local: LocalProcess, input: ChildInput, watchdog: Watchdog): Child {
  const json = JSON.stringify(input.input ?? null);
  const child = spawn(local.command, local.args, {
    cwd: local.cwd,
    env: environmentFor(local, input, json),
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid !== undefined) watchdog.add(pid);
  const reader = outputReader(input.onProgress);
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => reader.push(piece));
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    // More than is reported, because white space at the end goes.
    errors = (errors + piece).slice(-2 * ERROR_MAX_LENGTH);
  });
  // A process that does not read its input closes the pipe, and is right to.
  child.stdin.on("error", () => undefined).end(json);

  async function end(): Promise<ChildEnd> {
    const closed = once(child, "close").catch(() => undefined);
    let code: number | null = null;
    let signal: NodeJS.Signals | null = null;
    let failure: string | undefined;
    try {
      [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    // The job is over with its process: what that left behind in its group must not run on unseen.
    signalGroup(pid, "SIGKILL");
    if (pid !== undefined) {
      watchdog.drop(pid);
      await Promise.race([closed, delay(PIPES_GRACE_MS)]);
    }
    for (const stream of child.stdio) stream?.destroy();
    return { code, signal, failure, output: reader.end(), errorTail: tail(errors.trim(), ERROR_MAX_LENGTH) };
  }

  return { pid, ended: end(), signal: (name) => signalGroup(pid, name) };
}
