import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { database } from "@/lib/db";
import { startJob } from "@/lib/jobs/commands/start-job";
import { NOTICE_KINDS } from "@/lib/notifications/schema";
import { runStops } from "@/lib/stopping";
import { addWebhook } from "@/lib/webhooks/commands/manage-webhooks";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { type Alerts, startAlerts } from "./alerts";
import { act, type Cast, type Host, makeAdmin, makeCast, PROCESSES } from "./cast";
import { startMailbox } from "./mailbox";

const EMAIL = "demo@example.com";
const NEXT_JOB_MILLISECONDS = 6_000;
/** Jobs beyond this wait for somebody to be free, so no more are started. */
const WAITING_MAX = 5;

/** What the robots of the demo may run: `demo/work.mjs`, as each process. */
function writeProcesses(root: string, place: string): string {
  const file = join(place, "processes.json");
  const entries = Object.entries(PROCESSES).map(([name, { seconds, counts }]) => [
    name,
    { command: process.execPath, args: [join(root, "demo/work.mjs"), String(seconds), counts] },
  ]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
  return file;
}

/** A robot with an environment file of its own, which a rotation with hand-over writes anew. */
function startRobot(
  root: string,
  {
    origin,
    place,
    processes,
  }: { readonly origin: string; readonly place: string; readonly processes: string },
  { name, credentials }: Host,
): ChildProcess {
  const settings = {
    LATCHKEY_URL: origin,
    LATCHKEY_CLIENT_ID: credentials.clientId,
    LATCHKEY_CLIENT_SECRET: credentials.clientSecret,
    LATCHKEY_HOST_NAME: name,
    LATCHKEY_STOP_GRACE_SECONDS: "5",
  };
  const envFile = join(place, `${name}.env`);
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(envFile, lines.join(""), { mode: 0o600 });
  const robot = spawn(
    process.execPath,
    [join(root, "robot/start.mjs"), "--processes", processes, "--env-file", envFile],
    {
      env: { NODE_ENV: "production", PATH: process.env.PATH },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  robot.once("exit", (code) => console.log(`The robot on ${name} has ended with code ${code}.`));
  return robot;
}

/** Has everything be told to the receiver of webhooks. */
async function addAlerts({ admin }: Cast, { url, verifyBy }: Alerts): Promise<void> {
  const { secret } = await act(admin, addWebhook, { url, kinds: [...NOTICE_KINDS] });
  verifyBy(secret);
}

/** Starts a job now and then, until the demo is stopped. */
async function keepBusy({ admin, processIds }: Cast, stop: AbortSignal): Promise<void> {
  for (let turn = 0; !stop.aborted; turn += 1) {
    const where = { tenantId: admin.tenantId, state: "Pending" as const };
    const processId = processIds[turn % processIds.length];
    if (processId && (await database().prisma.job.count({ where })) < WAITING_MAX) {
      await act(admin, startJob, { processId, hostName: "" });
    }
    await pause(NEXT_JOB_MILLISECONDS, undefined, { signal: stop }).catch(() => undefined);
  }
}

/**
 * A Latchkey on a PostgreSQL of its own, three robots and jobs that flow, until Ctrl-C.
 * @param root the repository
 */
export async function runDemo(root: string): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  const place = mkdtempSync(join(tmpdir(), "latchkey-demo-"));
  const port = process.env.PORT ?? "3000";
  const origin = `http://localhost:${port}`;
  const password = randomBytes(12).toString("base64url");
  const postgres = await startScratchPostgres();
  const mailbox = await startMailbox();
  const alerts = await startAlerts();
  const children: ChildProcess[] = [];
  const env = {
    DATABASE_URL: postgres.url,
    APP_SECRET: randomBytes(32).toString("base64url"),
    ORIGIN: origin,
    WEBHOOK_ALLOWED_NETWORKS: "127.0.0.1",
    ...(mailbox && { SMTP_URL: mailbox.url, MAIL_FROM: "Latchkey <latchkey@example.com>" }),
  };
  Object.assign(process.env, env);
  try {
    const server = spawn(process.execPath, [join(root, "start.mjs")], {
      cwd: root,
      env: { ...process.env, PORT: port, LOG_LEVEL: "warn" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(server);
    let said = "";
    server.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    server.once("exit", () => stop.abort());
    while (!/Latchkey is ready/.test(said)) await once(server.stdout, "data", { signal: stop.signal });
    const cast = await makeCast(await makeAdmin(EMAIL, password));
    await addAlerts(cast, alerts);
    const processes = writeProcesses(root, place);
    for (const host of cast.hosts) children.push(startRobot(root, { origin, place, processes }, host));
    console.log(`\nThe demo runs at ${origin}. Sign in as ${EMAIL} with the password ${password}`);
    console.log(
      "Look at Robots and Jobs; then open Machines > Invoices pool and rotate or delete a client secret.",
    );
    console.log(mailbox ? "What Latchkey mails is printed here." : "No mail: smtp-server is not installed.");
    console.log("So is what its webhook is told: Settings > Webhooks.");
    console.log("Ctrl-C ends it; nothing is kept.\n");
    await keepBusy(cast, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await runStops();
    await mailbox?.stop();
    await alerts.stop();
    await postgres.stop();
    rmSync(place, { recursive: true, force: true });
  }
}
