import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { openDatabase } from "@/lib/database-connection";
import { CONNECTION_LOST, type WatchedClient } from "@/lib/database-loss";
import { readDatabaseUrl } from "@/lib/database-url";
import { codeOf, StartupError } from "@/server/lifecycle/startup-error";

const OLDEST_VERSION = 14;
const PATIENCE_MILLISECONDS = 60_000;
const PAUSE_MILLISECONDS = 500;
const SILENCE_MILLISECONDS = 5_000;

const READ_ONLY = "25006";

/** Codes of a server that may serve in a moment: not there yet, starting up, shutting down, out of connections, or a standby. */
const PASSING = new Set([
  CONNECTION_LOST,
  READ_ONLY,
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

const certificateAdvice =
  "Its certificate is signed by nobody we know. Name the authority that signed it (a self-signed certificate is its own) with sslrootcert=/path/to/certificate.pem in DATABASE_URL, or encrypt without verifying the server with sslmode=require and no sslrootcert.";

/** What helps, by the code of PostgreSQL's error or of TLS's; anything else may be anything. */
const ADVICE: Readonly<Record<string, string>> = {
  "28P01":
    "Check the user and the password in DATABASE_URL; : / @ and % in a password are written as %3A %2F %40 and %25.",
  "28000":
    "Let the user in (pg_hba.conf). Where the server takes encrypted connections only, add sslmode=require to DATABASE_URL.",
  "3D000": "Make the database first (CREATE DATABASE), or name another one in DATABASE_URL.",
  "42501": "Give the user of DATABASE_URL what it may not do.",
  DEPTH_ZERO_SELF_SIGNED_CERT: certificateAdvice,
  SELF_SIGNED_CERT_IN_CHAIN: certificateAdvice,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificateAdvice,
  UNABLE_TO_GET_ISSUER_CERT: certificateAdvice,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificateAdvice,
  ERR_TLS_CERT_ALTNAME_INVALID:
    "Its certificate is for another name. Use that name in DATABASE_URL, or verify only who signed it: sslmode=verify-ca with sslrootcert=/path/to/certificate.pem.",
  CERT_HAS_EXPIRED: "Its certificate has expired: renew it on the server.",
  ECONNREFUSED: "Check host and port in DATABASE_URL, and that the server runs.",
};
const GENERAL_ADVICE = "Check DATABASE_URL and that the server runs.";

/**
 * Waits until the PostgreSQL that the operator gave answers; it may be starting beside us.
 * @param report receives a line when there is something to wait for
 * @throws StartupError when it refuses us, does not answer or takes no writes for a minute, is older than PostgreSQL 14, is not of UTF-8, or
 *   does not pass on what one connection tells another.
 */
export async function awaitGivenDatabase(url: string, report: (line: string) => void): Promise<void> {
  const { name: place, isUnverified } = readDatabaseUrl(url);
  const until = Date.now() + PATIENCE_MILLISECONDS;
  for (let told = false; ; ) {
    const outcome = await serverOf(url);
    if (!(outcome instanceof Error)) {
      if (isUnverified)
        report(
          `the connection to ${place} is encrypted, and nobody has verified that it is the right server; sslmode=verify-full does`,
        );
      requireSuitable(outcome, place);
      return requireSignals(url, place);
    }
    const { message } = outcome;
    const mayPass = PASSING.has(codeOf(outcome) ?? "");
    if (!mayPass || Date.now() > until) {
      throw new StartupError(
        `The PostgreSQL at ${place} cannot be used: ${message || codeOf(outcome)}. ${ADVICE[codeOf(outcome) ?? ""] ?? GENERAL_ADVICE}`,
      );
    }
    if (!told) report(`waiting for the PostgreSQL at ${place} (${message || codeOf(outcome)})`);
    told = true;
    await delay(PAUSE_MILLISECONDS);
  }
}

type Server = { readonly version: number; readonly encoding: string; readonly isReadOnly: boolean };

function requireSuitable({ version, encoding }: Server, place: string): void {
  if (version < OLDEST_VERSION) {
    throw new StartupError(
      `The PostgreSQL at ${place} is version ${version}. Latchkey needs ${OLDEST_VERSION} or newer.`,
    );
  }
  if (encoding === "UTF8") return;
  throw new StartupError(
    `The database at ${place} has the encoding ${encoding}, which cannot hold all that people write. Make one with ENCODING 'UTF8' (CREATE DATABASE latchkey ENCODING 'UTF8' TEMPLATE template0), and name it in DATABASE_URL.`,
  );
}

/** Without it nobody would hear that a secret was deleted or that a job waits. */
async function requireSignals(url: string, place: string): Promise<void> {
  const ear = await openDatabase(url, {
    connectionTimeoutMillis: SILENCE_MILLISECONDS,
    query_timeout: SILENCE_MILLISECONDS,
  });
  const channel = `latchkey_start_${randomUUID().replaceAll("-", "")}`;
  const heard = once(ear, "notification", { signal: AbortSignal.timeout(SILENCE_MILLISECONDS) }).catch(
    () => null,
  );
  try {
    await ear.query(`LISTEN ${channel}`);
    const mouth = await openDatabase(url, { silenceMilliseconds: SILENCE_MILLISECONDS });
    await mouth.query(`NOTIFY ${channel}`).finally(() => mouth.end());
    if (await heard) return;
  } finally {
    await ear.end();
  }
  throw new StartupError(
    `What one connection to ${place} tells another (NOTIFY) is not heard there (LISTEN). A connection pooler between that lends connections for single transactions does this: let it lend them for whole sessions (PgBouncer: pool_mode = session), or name the PostgreSQL itself in DATABASE_URL.`,
  );
}

async function serverOf(url: string): Promise<Server | Error> {
  let client: WatchedClient | undefined;
  try {
    client = await openDatabase(url, { silenceMilliseconds: SILENCE_MILLISECONDS });
    const { rows } = await client.query<Server>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
              current_setting('transaction_read_only') = 'on' AS "isReadOnly"`,
    );
    const [server] = rows;
    if (server?.isReadOnly)
      return Object.assign(new Error("it is read only, as a standby is"), { code: READ_ONLY });
    return server ?? new Error("no answer");
  } catch (error) {
    // A host name with several addresses fails with one error for each.
    if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await client?.end().catch(() => undefined);
  }
}
