import { parseArgs } from "node:util";
import { INSTALLATION_CHAIN } from "@/lib/audit/digest";
import { type ChainReport, type Finding, isIntact } from "@/lib/audit/schema";
import { verifyAllRecords } from "@/lib/doors/verify-record";
import { EnvironmentError, readGivenEnv } from "@/lib/env";
import { formatCount, formatQuantity } from "@/lib/format";
import { log } from "@/lib/log";
import { runStops } from "@/lib/stopping";
import { joinEmbeddedDatabase } from "@/server/embedded-database";
import { codeOf, Problem } from "@/server/problem";

const INTACT = 0;
const BROKEN = 1;
const NOT_VERIFIED = 2;
const UNDEFINED_TABLE = "42P01";

const say = (line: string) => process.stdout.write(`${line}\n`);

function nameOf(slug: string | null, { chain }: ChainReport): string {
  if (chain === INSTALLATION_CHAIN) return "the installation's own events";
  return slug === null ? `a tenant that is gone (${chain})` : `tenant ${slug}`;
}

function place({ kind, sequence, eventId, event }: Finding): string {
  const what = event && `${event.type} by ${JSON.stringify(event.actorName)} at ${event.at.toISOString()}`;
  const parts = [sequence && `link ${sequence}`, eventId && `event ${eventId}`, what];
  return `  ${kind}: ${parts.filter(Boolean).join(", ")}`;
}

function tell(slug: string | null, report: ChainReport): void {
  const { sealed, waiting, head, findings, findingCount, missingGuards } = report;
  const waits = waiting === 0 ? "" : `, ${formatCount(waiting)} waiting for the sealer`;
  const verdict = findingCount === 0 ? "intact" : `BROKEN in ${formatQuantity(findingCount, "place")}`;
  say(`${nameOf(slug, report)}: ${formatQuantity(sealed, "event")} sealed${waits}: ${verdict}`);
  if (head) say(`  head ${head.sequence}:${head.digest}`);
  for (const finding of findings) say(place(finding));
  if (findingCount > findings.length) say(`  and ${formatCount(findingCount - findings.length)} more`);
  for (const guard of missingGuards) say(`  the trigger ${guard} is missing or switched off`);
}

/** Makes what the operator left out, as the server does. @returns what ends it again */
async function joinDatabase(): Promise<() => Promise<void>> {
  process.env.ORIGIN ??= "http://localhost";
  const { databaseUrl, dataDir, appSecret } = readGivenEnv(process.env);
  if (databaseUrl !== undefined) return async () => undefined;
  const database = await joinEmbeddedDatabase(dataDir, say);
  process.env.DATABASE_URL = database.url;
  process.env.APP_SECRET = appSecret ?? database.appSecret;
  return database.stop;
}

async function verifyAll(heads: readonly string[]): Promise<number> {
  const missing = new Set(heads);
  let isSound = true;
  for await (const { slug, report } of verifyAllRecords(heads)) {
    tell(slug, report);
    isSound &&= isIntact(report);
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
    throw new Problem(`${text} is no head. Give it as it was printed: <number>:<64 hexadecimal digits>.`);
  return digest.toLowerCase();
}

const sentence = (error: unknown): string | null => {
  if (error instanceof Problem || error instanceof EnvironmentError) return error.message;
  if (error instanceof TypeError && codeOf(error)?.startsWith("ERR_PARSE_ARGS")) return error.message;
  return codeOf(error) === UNDEFINED_TABLE
    ? "This database is older than the chain. Start this version of Latchkey on it once."
    : null;
};

/**
 * Walks every chain and prints what it found.
 * @param args `--head <digest>`, any number of times: heads that an earlier run printed and that a chain must still contain
 * @returns the exit code: 0 intact, 1 broken, 2 when it could not be found out
 */
export async function auditVerify(args: string[]): Promise<number> {
  log.level = "silent";
  let leave = async (): Promise<void> => undefined;
  try {
    const { values } = parseArgs({ args, options: { head: { type: "string", multiple: true } } });
    const heads = (values.head ?? []).map(headOf);
    leave = await joinDatabase();
    return await verifyAll(heads);
  } catch (error) {
    process.stderr.write(`${sentence(error) ?? (error instanceof Error ? error.stack : String(error))}\n`);
    return NOT_VERIFIED;
  } finally {
    await runStops();
    await leave();
  }
}
