import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { startShippedServer } from "./shipped-server";
import { LOG_FILE, ORIGIN, PORT, RESULTS } from "./surroundings";

/** Starts a PostgreSQL and the shipped server on it for the whole run; returns what stops both. */
export default async function setup(): Promise<() => Promise<void>> {
  mkdirSync(RESULTS, { recursive: true });
  const postgres = await startScratchPostgres();
  // The workers inherit these, so that their fixtures make rows in the same database.
  process.env.DATABASE_URL = postgres.url;
  process.env.APP_SECRET = randomBytes(32).toString("base64url");
  process.env.ORIGIN = ORIGIN;
  const server = await startShippedServer({ PORT: String(PORT) }, LOG_FILE).catch(async (error) => {
    await postgres.stop();
    throw error;
  });
  return async () => {
    await server.stop();
    await postgres.stop();
  };
}
