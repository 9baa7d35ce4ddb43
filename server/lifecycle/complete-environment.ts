import { startEmbeddedDatabase } from "@/server/database/embedded-database";
import { type KeptSettings, keptSettings } from "@/server/database/kept-settings";
import { takeGivenEnv } from "@/server/given-env";
import { announce } from "./announce";
import type { Lifecycle } from "./lifecycle";

/** The data folder that keeps APP_SECRET, with what it keeps; null when the operator gave the secret. */
export type Kept = { readonly dataDir: string; readonly settings: KeptSettings } | null;

/**
 * Makes what the operator left out, before anything reads it: the embedded database, its secret, the address. Next.js's part of
 * the process reads the same variables.
 * @returns whether the database is the embedded one, and what keeps its secret
 * @param settingsFor what is used instead of the settings that are kept; nothing is written
 */
export async function completeEnvironment(
  life: Pick<Lifecycle, "before">,
  settingsFor: (kept: KeptSettings) => KeptSettings = (kept) => kept,
): Promise<{ kept: Kept; isEmbedded: boolean }> {
  const given = takeGivenEnv();
  process.env.ORIGIN = given.origin ?? `http://localhost:${given.port}`;
  // next-auth takes its own address from nowhere else.
  process.env.NEXTAUTH_URL = process.env.ORIGIN;
  if (given.databaseUrl !== undefined) return { kept: null, isEmbedded: false };
  const { dataDir } = given;
  announce(`starting PostgreSQL on ${dataDir}`);
  const database = await startEmbeddedDatabase(dataDir, announce);
  life.before("PostgreSQL", database.stop);
  process.env.DATABASE_URL = database.url;
  if (given.appSecret !== undefined) return { kept: null, isEmbedded: true };
  const settings = settingsFor(keptSettings(dataDir));
  takeAppSecretOf(settings);
  return { kept: { dataDir, settings }, isEmbedded: true };
}

/** Puts the kept secret where the operator would have put one. */
export function takeAppSecretOf(settings: KeptSettings): void {
  process.env.APP_SECRET = settings.appSecret;
  process.env.APP_SECRET_PREVIOUS = settings.previousAppSecret ?? "";
  process.env.APP_SECRET_PREVIOUS_UNTIL = settings.previousAppSecretUntil ?? "";
}
