import { join } from "node:path";
import { parseArgs } from "node:util";
import { EnvironmentError, env } from "@/lib/env";
import { formatCount, formatQuantity } from "@/lib/format";
import { log } from "@/lib/log";
import { type ChainReport, type Finding, verifyAllRecords } from "@/lib/operator/verify-audit";
import { runStops } from "@/lib/stopping";
import { hasSettings } from "@/server/database/kept-settings";
import { requireMigrated } from "@/server/database/migrations";
import { runningDatabase } from "@/server/database/running-database";
import { takeGivenEnv } from "@/server/given-env";
import { completeEnvironment, takeAppSecretOf } from "@/server/lifecycle/complete-environment";
import { codeOf, StartupError } from "@/server/lifecycle/startup-error";

const INTACT = 0;
const BROKEN = 1;
const NOT_VERIFIED = 2;

const say = (line: string) => process.stdout.write(`${line}\n`);

function place({ kind, sequence, eventId, event, subjectId }: Finding): string {
  const what = event && `${event.type} by ${JSON.stringify(event.actorName)} at ${event.at.toISOString()}`;
  const parts = [sequence && `link ${sequence}`, eventId && `event ${eventId}`, what, subjectId];
  return `  ${kind}: ${parts.filter(Boolean).join(", ")}`;
}

function tell(name: string, report: ChainReport): void {
  const { chained, waiting, head, findings, findingCount, missingGuards } = report;
  const waits = waiting === 0 ? "" : `, ${formatCount(waiting)} waiting for the sealer`;
  const verdict = findingCount === 0 ? "intact" : `BROKEN in ${formatQuantity(findingCount, "place")}`;
  say(`${name}: ${formatQuantity(chained, "event")} sealed${waits}: ${verdict}`);
  if (head) say(`  head ${head.sequence}:${head.digest}`);
  for (const finding of findings) say(place(finding));
  if (findingCount > findings.length) say(`  and ${formatCount(findingCount - findings.length)} more`);
  for (const guard of missingGuards) say(`  the trigger ${guard} is missing or switched off`);
}

/** Completes the environment as the server does, or joins the server's own database where that runs. */
async function joinDatabase(onEnd: (stop: () => Promise<void> | void) => void): Promise<void> {
  process.env.ORIGIN ||= "http://localhost";
  const given = takeGivenEnv();
  if (given.databaseUrl !== undefined) return;
  if (!hasSettings(given.dataDir)) {
    throw new StartupError(
      `There is no Latchkey in ${given.dataDir}. Set DATA_DIR to the folder it was started on, or DATABASE_URL to its database.`,
    );
  }
  const running = runningDatabase(given.dataDir);
  if (!running) {
    await completeEnvironment({ before: (_name, stop) => onEnd(stop) });
    return;
  }
  process.env.DATABASE_URL = running.url;
  if (given.appSecret === undefined) takeAppSecretOf(running.settings);
}

async function verifyAll(heads: readonly string[]): Promise<number> {
  const missing = new Set(heads);
  let isSound = true;
  for await (const { name, report, intact } of verifyAllRecords(heads)) {
    tell(name, report);
    isSound &&= intact;
    for (const { digest, sequence } of report.containedHeads) {
      missing.delete(digest);
      say(`  contains the head ${sequence}:${digest}`);
    }
  }
  for (const head of missing)
    say(`No chain contains the head ${head}: events were removed, or the chain was made anew.`);
  return isSound && missing.size === 0 ? INTACT : BROKEN;
}

/** @returns a head as it is compared: heads are printed as `<sequence>:<digest>` */
function headOf(text: string): string {
  const digest = /^(?:\d+:)?([0-9a-f]{64})$/i.exec(text.trim())?.[1];
  if (!digest)
    throw new StartupError(
      `${text} is no head. Give it as it was printed: <number>:<64 hexadecimal digits>.`,
    );
  return digest.toLowerCase();
}

function sentence(error: unknown): string {
  const isExpected =
    error instanceof StartupError ||
    error instanceof EnvironmentError ||
    (error instanceof TypeError && codeOf(error)?.startsWith("ERR_PARSE_ARGS"));
  return isExpected
    ? error.message
    : `It did not succeed: ${error instanceof Error ? error.stack : String(error)}`;
}

/**
 * Walks every chain and prints what it found.
 * @param root the folder that holds `prisma/`
 * @param args `--head <digest>`, any number of times: heads that an earlier run printed and that a chain must still contain
 * @returns the exit code: 0 intact, 1 broken, 2 when it could not be found out
 */
export async function run(root: string, args: string[]): Promise<number> {
  log.level = "silent";
  const stops: (() => Promise<void> | void)[] = [];
  try {
    const { values } = parseArgs({ args, options: { head: { type: "string", multiple: true } } });
    const heads = (values.head ?? []).map(headOf);
    await joinDatabase((stop) => stops.push(stop));
    await requireMigrated(env().databaseUrl, join(root, "prisma/migrations"));
    return await verifyAll(heads);
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`);
    return NOT_VERIFIED;
  } finally {
    await runStops();
    for (const stop of stops.reverse()) await stop();
  }
}
