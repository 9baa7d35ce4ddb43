import { type ApiHandler, json } from "@/lib/api-request";
import type { Sql } from "@/lib/ctx";
import { isDatabaseAway, robotsDatabase } from "@/lib/db";
import { currentSigningKey } from "@/lib/identity/signing-keys";
import { proveWrites } from "@/lib/live/hearing";
import { readiness } from "@/lib/readiness";
import { version } from "@/lib/version";
import { type Method, type RouteHandler, withEveryMethod } from "./methods";
import { directHandler } from "./web-request";

/** Why the process should be sent nothing; one word, for whoever reads the probe's event. */
type NotReady = "starting" | "stopping" | "database" | "migrations" | "keys";

const PATIENCE_MILLISECONDS = 2_000;
const RETRY_AFTER_SECONDS = 2;
const NO_STORE = { "cache-control": "no-store" };

const STANDING = {
  name: "ready",
  text: `SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly", EXISTS (
           SELECT FROM _prisma_migrations
           WHERE migration_name = $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL
         ) AS "isApplied"`,
};

type Standing = { readonly isReadOnly: boolean; readonly isApplied: boolean };

/** Asks for what serving takes: to read, to write, and to sign. */
async function askDatabase(db: Sql, newestMigration: string): Promise<NotReady | null> {
  const [standing] = await db.query<Standing>(STANDING, [newestMigration]);
  if (!standing?.isApplied) return "migrations";
  // A connection that was opened to a read-only database stays so until a write on it has failed (lib/database-loss.ts).
  await proveWrites(standing.isReadOnly);
  if (standing.isReadOnly) return "database";
  const unusable = (error: unknown): NotReady => (isDatabaseAway(error) ? "database" : "keys");
  return currentSigningKey(db, new Date()).then(() => null, unusable);
}

/** However many ask at once, the database is asked once; what it leaves unanswered is forgotten, and asked anew. */
let asking: Promise<NotReady | null> | undefined;

function askInTime(newestMigration: string): Promise<NotReady | null> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<NotReady>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MILLISECONDS, "database");
  });
  const answer = askDatabase(robotsDatabase().sql, newestMigration).catch((): NotReady => "database");
  return Promise.race([answer, impatience]).finally(() => {
    clearTimeout(timer);
    asking = undefined;
  });
}

async function whatIsMissing(): Promise<NotReady | null> {
  const { isStopping, newestMigration } = readiness();
  if (isStopping) return "stopping";
  if (newestMigration === null) return "starting";
  asking ??= askInTime(newestMigration);
  return asking;
}

const answering = (get: ApiHandler): Record<Method, RouteHandler> =>
  withEveryMethod({ GET: directHandler(get) }, (_request, allow) =>
    json({ status: "method not allowed" }, 405, { ...NO_STORE, allow }),
  );

/** Whether the process is up at all; asks nobody, so that an outage of the database restarts nothing. */
export const liveness = answering(async () => json({ status: "live" }, 200, NO_STORE));

/**
 * Whether requests should be sent here: the database answers and takes writes, its tables are this version's, there is a key to sign with,
 * and the process is not about to stop.
 */
export const readyOrNot = answering(async () => {
  const reason = await whatIsMissing();
  const { release, commit } = version();
  if (reason === null) return json({ status: "ready", version: release, commit }, 200, NO_STORE);
  const headers = { ...NO_STORE, "retry-after": String(RETRY_AFTER_SECONDS) };
  return json({ status: "not ready", reason }, 503, headers);
});
