import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { keepLog } from "@/test/kept-logs";

const root = join(import.meta.dirname, "../..");

/** What robots of these tests can run, as scripts for Node.js by process name. */
export const SCRIPTS = {
  /** Hands its input back. */
  echo: `let text = ""; process.stdin.on("data", (piece) => { text += piece; });
    process.stdin.on("end", () => console.log(JSON.stringify({ output: JSON.parse(text) })));`,
  /** Says its process id and runs until it is asked to end. */
  wait: `console.log(JSON.stringify({ progress: 40, message: String(process.pid) })); setInterval(() => {}, 1000);`,
  /** As `wait`, and does not end when asked. */
  stubborn: `process.on("SIGTERM", () => {});
    console.log(JSON.stringify({ progress: 40, message: String(process.pid) })); setInterval(() => {}, 1000);`,
  /** As `wait`, until the file exists that the input names. */
  "wait for file": `const { file } = JSON.parse(process.env.LATCHKEY_JOB_INPUT);
    console.log(JSON.stringify({ progress: 40, message: String(process.pid) }));
    setInterval(() => { if (require("node:fs").existsSync(file)) { console.log('{"output":"seen"}'); process.exit(0); } }, 20);`,
  /** As `wait for file`, and has something to say all the time. */
  "report until file": `const { file } = JSON.parse(process.env.LATCHKEY_JOB_INPUT); let said = 0;
    setInterval(() => { console.log(JSON.stringify({ progress: 40, message: process.pid + " " + said++ }));
      if (require("node:fs").existsSync(file)) { console.log('{"output":"seen"}'); process.exit(0); } }, 5);`,
  /** Writes more than a job may hand in. */
  talkative: `console.log(JSON.stringify({ output: "x".repeat(70_000) }));`,
  /** Hands in a number that a double does not hold. */
  precise: `console.log('{"output":{"n":9007199254740993}}');`,
  /** Hands in what would take a server that recurses, and a robot, down. */
  deep: `console.log('{"output":' + "[".repeat(50_000) + "]".repeat(50_000) + "}");`,
  fail: `console.error("no such customer"); process.exitCode = 7;`,
} as const;

export type ScriptName = keyof typeof SCRIPTS;

/** The reference robot as it is shipped, in a process of its own. */
export type RobotProcess = {
  readonly child: ChildProcess;
  /** What it reads its settings from, and where it may write a new secret. */
  readonly envFile: string;
  /** All lines it has logged. */
  said(): string;
  /** Resolves when it has logged something that matches; rejects when it ends without. */
  hears(pattern: RegExp): Promise<void>;
  /** Its exit code; null after a signal. */
  readonly ended: Promise<number | null>;
};

export type RobotProcessOptions = {
  readonly url: string;
  readonly clientId: string;
  /** Or else a key, as the text of its file. */
  readonly clientSecret?: string;
  readonly privateKey?: string;
  readonly keyId?: string;
  readonly hostName: string;
  readonly stopGraceSeconds?: number;
  /** A module that its process loads first. */
  readonly preload?: string;
};

const started = new Set<ChildProcess>();
const folders = new Set<string>();

/** Ends robots that a test has left behind, and their files. */
export function removeRobots(): void {
  for (const child of started) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  started.clear();
  folders.clear();
}

/** An empty folder that {@link removeRobots} removes. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-robot-"));
  folders.add(folder);
  return folder;
}

/** Starts a robot with an environment file of its own; the rest of its environment is almost empty. */
export function startRobotProcess(options: RobotProcessOptions): RobotProcess {
  const folder = newFolder();
  const envFile = join(folder, "robot.env");
  const keyFile = join(folder, "robot.key");
  if (options.privateKey !== undefined) writeFileSync(keyFile, options.privateKey, { mode: 0o600 });
  const settings = {
    LATCHKEY_URL: options.url,
    LATCHKEY_CLIENT_ID: options.clientId,
    ...(options.clientSecret !== undefined && { LATCHKEY_CLIENT_SECRET: options.clientSecret }),
    ...(options.privateKey !== undefined && { LATCHKEY_PRIVATE_KEY_FILE: keyFile }),
    ...(options.keyId !== undefined && { LATCHKEY_KEY_ID: options.keyId }),
    LATCHKEY_HOST_NAME: options.hostName,
    LATCHKEY_STOP_GRACE_SECONDS: String(options.stopGraceSeconds ?? 30),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(envFile, lines.join(""), { mode: 0o600 });
  return startRobotFrom(envFile, options.preload);
}

/**
 * Starts a robot from the environment file of an earlier one.
 * @param preload a module that its process loads first
 * @param more of its environment
 */
export function startRobotFrom(
  envFile: string,
  preload?: string,
  more: Readonly<Record<string, string>> = {},
): RobotProcess {
  const processes = join(dirname(envFile), "processes.json");
  const list = Object.entries(SCRIPTS).map(([name, script]) => [
    name,
    { command: process.execPath, args: ["-e", script] },
  ]);
  writeFileSync(processes, JSON.stringify(Object.fromEntries(list)));
  const child = spawn(
    process.execPath,
    ["robot/start.mjs", "--env-file", envFile, "--processes", processes],
    {
      cwd: root,
      env: {
        NODE_ENV: process.env.NODE_ENV,
        PATH: process.env.PATH,
        ...more,
        ...(preload && { NODE_OPTIONS: `--import=${pathToFileURL(preload)}` }),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  started.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.once("close", () => keepLog("robot", said));
  return {
    child,
    envFile,
    said: () => said,
    hears: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(said)) resolve();
        };
        for (const stream of [child.stdout, child.stderr]) stream.on("data", look);
        child.once("close", () => reject(new Error(`ended without saying ${pattern}:\n${said}`)));
        look();
      }),
    ended,
  };
}
