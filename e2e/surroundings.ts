import { join } from "node:path";

/** Where the journeys find the server (`JOURNEYS_PORT` moves it), and where they leave what they saw. */
export const PORT = Number(process.env.JOURNEYS_PORT ?? 3210);
export const ORIGIN = `http://localhost:${PORT}`;
export const RESULTS = join(import.meta.dirname, "../test-results");
/** Everything the server printed during the run. */
export const LOG_FILE = join(RESULTS, "server.log");
