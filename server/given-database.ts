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
 * @throws Problem when it refuses us, does not answer in a minute, or is older than PostgreSQL 14.
 */
export async function awaitGivenDatabase(url: string, report: (line: string) => void): Promise<void> {
  const place = new URL(url).host;
  const until = Date.now() + patienceMs;
  for (let told = false; ; ) {
    const outcome = await versionOf(url);
    if (typeof outcome === "number") {
      if (outcome >= oldestVersion) return;
      throw new Problem(
        `The PostgreSQL at ${place} is version ${outcome}. Latchkey needs ${oldestVersion} or newer.`,
      );
    }
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

async function versionOf(url: string): Promise<number | Error> {
  let client: Client | undefined;
  try {
    client = await openDatabase(url, { connectionTimeoutMillis: 5_000 });
    const { rows } = await client.query<{ server_version_num: string }>("SHOW server_version_num");
    return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  } catch (error) {
    // A host name with several addresses fails with one error for each.
    if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await client?.end().catch(() => undefined);
  }
}
