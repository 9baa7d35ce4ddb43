import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { openDatabase } from "@/lib/database-connection";
import { codeOf, Problem } from "./problem";

const oldestVersion = 14;
const patienceMs = 60_000;
const pauseMs = 500;

/** Codes of a server that may answer in a moment: not there yet, starting up, shutting down, or out of connections. */
const passing = new Set([
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
 * @throws Problem when it refuses us, does not answer in a minute, is older than PostgreSQL 14, or is not of UTF-8.
 */
export async function awaitGivenDatabase(url: string, report: (line: string) => void): Promise<void> {
  const place = new URL(url).host;
  const until = Date.now() + patienceMs;
  for (let told = false; ; ) {
    const outcome = await serverOf(url);
    if (!(outcome instanceof Error)) return requireSuitable(outcome, place);
    const { message } = outcome;
    const mayPass = passing.has(codeOf(outcome) ?? "") || /timeout|terminated/i.test(message);
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

type Server = { readonly version: number; readonly encoding: string };

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

async function serverOf(url: string): Promise<Server | Error> {
  let client: Client | undefined;
  try {
    client = await openDatabase(url, { connectionTimeoutMillis: 5_000 });
    const { rows } = await client.query<Server>(
      "SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding",
    );
    return rows[0] ?? new Error("no answer");
  } catch (error) {
    // A host name with several addresses fails with one error for each.
    if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await client?.end().catch(() => undefined);
  }
}
