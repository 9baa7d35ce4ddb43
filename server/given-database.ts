import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { openDatabase } from "@/lib/database-connection";
import { CONNECTION_LOST, type WatchedClient } from "@/lib/database-loss";
import { codeOf, Problem } from "./problem";

const oldestVersion = 14;
const patienceMs = 60_000;
const pauseMs = 500;
const silenceMs = 5_000;

const readOnly = "25006";

/** Codes of a server that may serve in a moment: not there yet, starting up, shutting down, out of connections, or a standby. */
const passing = new Set([
  CONNECTION_LOST,
  readOnly,
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "57P03",
  "57P01",
  "53300",
]);

/**
 * Waits until the PostgreSQL that the operator gave answers; it may be starting beside us.
 *
 * @param report receives a line when there is something to wait for
 * @throws Problem when it refuses us, does not answer or takes no writes for a minute, is older than PostgreSQL 14, is not of UTF-8, or
 *   does not pass on what one connection tells another.
 */
export async function awaitGivenDatabase(url: string, report: (line: string) => void): Promise<void> {
  const place = new URL(url).host;
  const until = Date.now() + patienceMs;
  for (let told = false; ; ) {
    const outcome = await serverOf(url);
    if (!(outcome instanceof Error)) {
      requireSuitable(outcome, place);
      return requireSignals(url, place);
    }
    const { message } = outcome;
    const mayPass = passing.has(codeOf(outcome) ?? "");
    if (!mayPass || Date.now() > until) {
      throw new Problem(
        `The PostgreSQL at ${place} cannot be used: ${message || codeOf(outcome)}. Check DATABASE_URL and that the server runs.`,
      );
    }
    if (!told) report(`waiting for the PostgreSQL at ${place} (${message || codeOf(outcome)})`);
    told = true;
    await delay(pauseMs);
  }
}

type Server = { readonly version: number; readonly encoding: string; readonly isReadOnly: boolean };

function requireSuitable({ version, encoding }: Server, place: string): void {
  if (version < oldestVersion) {
    throw new Problem(
      `The PostgreSQL at ${place} is version ${version}. Latchkey needs ${oldestVersion} or newer.`,
    );
  }
  if (encoding === "UTF8") return;
  throw new Problem(
    `The database at ${place} has the encoding ${encoding}, which cannot hold all that people write. Make one with ENCODING 'UTF8' (CREATE DATABASE latchkey ENCODING 'UTF8' TEMPLATE template0), and name it in DATABASE_URL.`,
  );
}

/** Without it nobody would hear that a secret was deleted or that a job waits. */
async function requireSignals(url: string, place: string): Promise<void> {
  const ear = await openDatabase(url, { connectionTimeoutMillis: silenceMs, query_timeout: silenceMs });
  const channel = `latchkey_start_${randomUUID().replaceAll("-", "")}`;
  const heard = once(ear, "notification", { signal: AbortSignal.timeout(silenceMs) }).catch(() => null);
  try {
    await ear.query(`LISTEN ${channel}`);
    const mouth = await openDatabase(url, { silenceMilliseconds: silenceMs });
    await mouth.query(`NOTIFY ${channel}`).finally(() => mouth.end());
    if (await heard) return;
  } finally {
    await ear.end();
  }
  throw new Problem(
    `What one connection to ${place} tells another (NOTIFY) is not heard there (LISTEN). A connection pooler between that lends connections for single transactions does this: let it lend them for whole sessions (PgBouncer: pool_mode = session), or name the PostgreSQL itself in DATABASE_URL.`,
  );
}

async function serverOf(url: string): Promise<Server | Error> {
  let client: WatchedClient | undefined;
  try {
    client = await openDatabase(url, { silenceMilliseconds: silenceMs });
    const { rows } = await client.query<Server>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
              current_setting('transaction_read_only') = 'on' AS "isReadOnly"`,
    );
    const [server] = rows;
    if (server?.isReadOnly)
      return Object.assign(new Error("it is read only, as a standby is"), { code: readOnly });
    return server ?? new Error("no answer");
  } catch (error) {
    // A host name with several addresses fails with one error for each.
    if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await client?.end().catch(() => undefined);
  }
}
