import { setMaxListeners } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { RobotEnd } from "@/robot/exit-codes";
import type { LocalProcess } from "@/robot/processes";
import { runRobot } from "@/robot/robot";

/**
 * Many robots in one process. Each is the whole reference robot less its command line: a token, a session, a stream of
 * events, a long poll and children of its own. A hundred processes of Node.js would be too much for a small machine; what
 * the server sees and what happens to the jobs is the same.
 */
export type Fleet = {
  /** Lets the jobs of `hold` end whose input it is. */
  release(word: number): void;
  /** What the jobs themselves have written, one line each: `<job id> <word>`. */
  record(): readonly JobLine[];
  /** Lines that robots have logged, with their host's name. */
  readonly said: readonly string[];
  /** Stops all robots in order. @returns how each ended */
  stop(): Promise<readonly RobotEnd[]>;
  remove(): void;
};

export type JobLine = { readonly jobId: string; readonly word: string };

/**
 * The jobs' own record: a line when a process begins and one before it ends, each written in one piece, whatever becomes of
 * robot, server and database. The input is how long it works, in seconds.
 */
const script = (end: string) =>
  `echo "$LATCHKEY_JOB_ID began" >> "$RECORD"; sleep "$LATCHKEY_JOB_INPUT"; echo "$LATCHKEY_JOB_ID ${end}" >> "$RECORD"; `;

export const FLEET_SCRIPTS = {
  succeed: `${script("succeeded")} exit 0`,
  fail: `${script("failed")} exit 3`,
  /** Ends when its input, a number, is released. */
  hold: `echo "$LATCHKEY_JOB_ID began" >> "$RECORD"; until [ -e "$RECORD.$LATCHKEY_JOB_INPUT" ]; do sleep 1; done; echo "$LATCHKEY_JOB_ID succeeded" >> "$RECORD"`,
} as const;

/** Starts a robot for each host name, dealt out in turn to the server processes. */
export function startFleet(
  urls: readonly string[],
  { clientId, clientSecret }: IssuedSecret,
  hostNames: readonly string[],
): Fleet {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-fleet-"));
  const recordFile = join(folder, "record");
  const processes = new Map(
    Object.entries(FLEET_SCRIPTS).map(([name, text]): [string, LocalProcess] => [
      name,
      { command: "/bin/sh", args: ["-c", text], env: { RECORD: recordFile } },
    ]),
  );
  const stop = new AbortController();
  const hurry = new AbortController();
  setMaxListeners(0, stop.signal, hurry.signal);
  const said: string[] = [];
  const robots = hostNames.map((hostName, index) =>
    runRobot({
      settings: {
        url: new URL(urls[index % urls.length] ?? ""),
        clientId,
        credential: { kind: "secret", secret: clientSecret },
        hostName,
        instanceId: undefined,
        stopGraceSeconds: 30,
      },
      processes,
      log: (line) => said.push(`${hostName}: ${line}`),
      stop: stop.signal,
      hurry: hurry.signal,
    }),
  );
  return {
    release: (word) => writeFileSync(`${recordFile}.${word}`, ""),
    record: () =>
      readFileSync(recordFile, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => {
          const [jobId = "", word = ""] = line.split(" ");
          return { jobId, word };
        }),
    said,
    stop() {
      stop.abort();
      return Promise.all(robots);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
