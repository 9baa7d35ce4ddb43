import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync } from "node:fs";
import { keepLog } from "@/test/kept-logs";
import { startLatchkey } from "@/test/shipped/process";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { LOG_FILE, ORIGIN, PORT, RESULTS } from "./surroundings";

/** Starts a PostgreSQL and the shipped server on it for the whole run; returns what stops both. */
export default async function setup(): Promise<() => Promise<void>> {
  mkdirSync(RESULTS, { recursive: true });
  const postgres = await startScratchPostgres();
  const env = {
    DATABASE_URL: postgres.url,
    APP_SECRET: randomBytes(32).toString("base64url"),
    ORIGIN,
    WEBHOOK_ALLOWED_NETWORKS: "127.0.0.1",
  };
  // The workers inherit these, so that their fixtures make rows in the same database.
  Object.assign(process.env, env);
  const latchkey = await startLatchkey({ port: PORT, env });
  const log = createWriteStream(LOG_FILE);
  latchkey.child.stdout?.pipe(log, { end: false });
  latchkey.child.stderr?.pipe(log, { end: false });
  try {
    await latchkey.ready();
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return async () => {
    await latchkey.remove();
    keepLog("journeys", latchkey.said());
    log.end();
    await postgres.stop();
  };
}
