import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { EnvironmentError, env } from "@/lib/env";
import { log } from "@/lib/log";
import { appSecretStatus, reencryptEverything } from "@/lib/operator/app-secret";
import { runStops } from "@/lib/stopping";
import { awaitGivenDatabase } from "@/server/database/given-database";
import { hasSettings, keepSettings, withNewAppSecret } from "@/server/database/kept-settings";
import { requireMigrated } from "@/server/database/migrations";
import { many, refuseUnreadable } from "@/server/database/right-app-secret";
import { runningDatabase } from "@/server/database/running-database";
import { takeGivenEnv } from "@/server/given-env";
import { announce } from "@/server/lifecycle/announce";
import { showAppSecretStatus } from "@/server/lifecycle/app-secret-status";
import { completeEnvironment, type Kept, takeAppSecretOf } from "@/server/lifecycle/complete-environment";
import { StartupError } from "@/server/lifecycle/startup-error";

const USAGE = `Usage:
  npm run app-secret -- status            what depends on the previous APP_SECRET; changes nothing
  npm run app-secret -- change            encrypts everything under APP_SECRET that is under APP_SECRET_PREVIOUS;
                                          makes the new secret itself where Latchkey keeps it in DATA_DIR
  npm run app-secret -- change --until 2027-01-31T18:00:00Z
                                          where Latchkey keeps it: refuses client secrets not used by then
docs/app-secret.md tells how to go about it.
`;

type Order = { readonly verb: "status" | "change"; readonly until: string | undefined };

/**
 * The command `npm run app-secret`.
 * @param root the folder that holds `prisma/`
 * @param args what follows the command
 * @returns the exit code: 0 when it did what was asked
 */
export async function run(root: string, args: readonly string[]): Promise<number> {
  // The answer is for a person or a script that reads lines; what the server would log is not for them.
  log.level = "silent";
  const order = readOrder(args);
  if (!order) {
    process.stderr.write(USAGE);
    return 2;
  }
  // PostgreSQL ends with this process, however it ends, so no signal needs to be caught.
  const stops: (() => Promise<void> | void)[] = [];
  try {
    const kept = await prepare(order, (stop) => stops.push(stop));
    await awaitGivenDatabase(env().databaseUrl, announce);
    await requireMigrated(env().databaseUrl, join(root, "prisma/migrations"));
    if (order.verb === "change") await change(kept);
    await showAppSecretStatus(kept);
    return 0;
  } catch (error) {
    const isExpected = error instanceof StartupError || error instanceof EnvironmentError;
    process.stderr.write(`\n${isExpected ? error.message : `It did not succeed: ${String(error)}`}\n`);
    return 1;
  } finally {
    await runStops();
    for (const stop of stops.reverse()) await stop();
  }
}

function readOrder(args: readonly string[]): Order | null {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { until: { type: "string" } },
    });
    const [verb] = positionals;
    if (positionals.length !== 1) return null;
    if (verb === "status" && values.until === undefined) return { verb, until: undefined };
    return verb === "change" ? { verb, until: values.until } : null;
  } catch {
    return null;
  }
}

/** Completes the environment for what is to be done. A new secret is only in memory until {@link change} keeps it. */
async function prepare({ verb, until }: Order, onEnd: (stop: () => Promise<void> | void) => void) {
  const given = takeGivenEnv();
  const keepsItself = given.databaseUrl === undefined && given.appSecret === undefined;
  if (given.databaseUrl === undefined && !hasSettings(given.dataDir)) {
    throw new StartupError(
      `There is no Latchkey in ${given.dataDir}. Set DATA_DIR to the folder it was started on, or DATABASE_URL to its database.`,
    );
  }
  if (until !== undefined) {
    if (!keepsItself) {
      throw new StartupError(
        "--until is for a secret that Latchkey keeps itself. Where you set APP_SECRET, set APP_SECRET_PREVIOUS_UNTIL beside APP_SECRET_PREVIOUS, for every process.",
      );
    }
    if (!z.iso.datetime({ offset: true }).safeParse(until).success)
      throw new StartupError("--until takes a date and time with its zone, like 2027-01-31T18:00:00Z.");
  }
  if (verb === "change" && !keepsItself && given.previousAppSecret === undefined) {
    throw new StartupError(
      "APP_SECRET_PREVIOUS is not set. Set APP_SECRET to the new secret and APP_SECRET_PREVIOUS to the one before, here and for every process.",
    );
  }
  const running =
    verb === "status" && given.databaseUrl === undefined ? runningDatabase(given.dataDir) : null;
  if (running) {
    process.env.DATABASE_URL = running.url;
    process.env.ORIGIN = given.origin ?? `http://localhost:${given.port}`;
    if (!keepsItself) return null;
    takeAppSecretOf(running.settings);
    return { dataDir: given.dataDir, settings: running.settings };
  }
  const { kept } = await completeEnvironment({ before: (_name, stop) => onEnd(stop) }, (settings) =>
    verb === "change" ? withNewAppSecret(settings, until) : settings,
  );
  return kept;
}

/** @throws StartupError, before anything is written, when something opens under neither secret. */
async function change(kept: Kept): Promise<void> {
  refuseUnreadable(await appSecretStatus(), kept);
  // On the disk before anything is encrypted under it: whatever happens from here on, both secrets are there.
  if (kept) keepSettings(kept.dataDir, kept.settings);
  await reencryptEverything((count, holds) => announce(`${holds}: ${many(count, "value")} encrypted anew`));
}
