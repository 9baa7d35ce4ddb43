import type { Sql } from "@/lib/ctx";
import { robotsDatabase } from "@/lib/db";
import { readiness } from "@/lib/readiness";
import { type Method, type RouteHandler, withEveryMethod } from "./methods";

/** Why the process should be sent nothing; one word, for whoever reads the probe's event. */
type NotReady = "starting" | "stopping" | "database" | "migrations";

const PATIENCE_MILLISECONDS = 2_000;
const RETRY_AFTER_SECONDS = 2;
const NO_STORE = { "cache-control": "no-store" };

const MIGRATION_IS_APPLIED = {
  name: "ready",
  text: `SELECT EXISTS (
           SELECT FROM _prisma_migrations
           WHERE migration_name = $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL
         ) AS "isApplied"`,
};

async function askDatabase(db: Sql, newestMigration: string): Promise<NotReady | null> {
  const [row] = await db.query<{ isApplied: boolean }>(MIGRATION_IS_APPLIED, [newestMigration]);
  return row?.isApplied ? null : "migrations";
}

/** However many ask at once, the database is asked once. */
let asking: Promise<NotReady | null> | undefined;

async function whatIsMissing(): Promise<NotReady | null> {
  const { isStopping, newestMigration } = readiness();
  if (isStopping) return "stopping";
  if (newestMigration === null) return "starting";
  asking ??= askDatabase(robotsDatabase().sql, newestMigration)
    .catch((): NotReady => "database")
    .finally(() => {
      asking = undefined;
    });
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<NotReady>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MILLISECONDS, "database");
  });
  return Promise.race([asking, impatience]).finally(() => clearTimeout(timer));
}

const answering = (get: RouteHandler): Record<Method, RouteHandler> =>
  withEveryMethod({ GET: get }, (_request, allow) =>
    Response.json({ status: "method not allowed" }, { status: 405, headers: { ...NO_STORE, allow } }),
  );

/** Whether the process is up at all; asks nobody, so that an outage of the database restarts nothing. */
export const liveness = answering(async () => Response.json({ status: "live" }, { headers: NO_STORE }));

/** Whether requests should be sent here: the database answers, its tables are this version's, and the process is not about to stop. */
export const readyOrNot = answering(async () => {
  const reason = await whatIsMissing();
  if (reason === null) return Response.json({ status: "ready" }, { headers: NO_STORE });
  const headers = { ...NO_STORE, "retry-after": String(RETRY_AFTER_SECONDS) };
  return Response.json({ status: "not ready", reason }, { status: 503, headers });
});
