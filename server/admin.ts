import { join } from "node:path";
import { EnvironmentError, env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { formatInstant } from "@/lib/format";
import { log } from "@/lib/log";
import { disableSecondFactorOf, listAdmins, resetPasswordOf } from "@/lib/operator/accounts";
import { runStops } from "@/lib/stopping";
import { awaitGivenDatabase } from "@/server/database/given-database";
import { hasSettings } from "@/server/database/kept-settings";
import { requireMigrated } from "@/server/database/migrations";
import { runningDatabase } from "@/server/database/running-database";
import { takeGivenEnv } from "@/server/given-env";
import { completeEnvironment, takeAppSecretOf } from "@/server/lifecycle/complete-environment";
import { StartupError } from "@/server/lifecycle/startup-error";

const USAGE = `Usage, on the server and with the environment that Latchkey has:
  npm run admin -- list                      everybody who has an account
  npm run admin -- reset-password <email>    a link that sets a new password, once, within an hour
  npm run admin -- disable-second-factor <email>
                                             sign-in with the password alone, when app and recovery codes are lost`;

const say = (text: string) => process.stdout.write(`${text}\n`);
const report = (line: string) => process.stderr.write(`${line}\n`);

type Stop = () => Promise<void> | void;

/** Reaches Latchkey's database: the given one, the one that runs, or one started for this. */
async function openDatabase(root: string, onEnd: (stop: Stop) => void): Promise<void> {
  const given = takeGivenEnv();
  const isGiven = given.databaseUrl !== undefined;
  if (!isGiven && !hasSettings(given.dataDir)) {
    throw new StartupError(
      `There is no Latchkey in ${given.dataDir}. Set DATA_DIR to the folder it was started on, or DATABASE_URL to its database.`,
    );
  }
  const running = isGiven ? null : runningDatabase(given.dataDir);
  if (running) {
    process.env.DATABASE_URL = running.url;
    process.env.ORIGIN = given.origin ?? `http://localhost:${given.port}`;
    if (given.appSecret === undefined) takeAppSecretOf(running.settings);
  } else await completeEnvironment({ before: (_name, stop) => onEnd(stop) });
  await awaitGivenDatabase(env().databaseUrl, report);
  await requireMigrated(env().databaseUrl, join(root, "prisma/migrations"));
}

async function list(): Promise<void> {
  for (const { email, isDisabled, hasSecondFactor, lastSignedInAt, memberships } of await listAdmins()) {
    const seen = lastSignedInAt ? `last sign-in ${formatInstant(lastSignedInAt, "UTC")}` : "never signed in";
    const factor = hasSecondFactor ? "with" : "without";
    say(`${email}${isDisabled ? " (disabled)" : ""}, ${seen}, ${factor} second factor`);
    for (const membership of memberships) {
      const { role, tenantName, tenantSlug } = membership;
      say(`    ${role} of ${tenantName} (${tenantSlug})${membership.isDisabled ? ", disabled there" : ""}`);
    }
  }
}

async function resetPassword(email: string): Promise<void> {
  const { link, expiresAt, ...admin } = await resetPasswordOf(email);
  say(
    `Whoever opens this link sets a new password for ${admin.email}, once, until ${formatInstant(expiresAt, "UTC")}:`,
  );
  say(`\n  ${link}\n`);
  report(`If people reach Latchkey at another address than ${env().origin}, set ORIGIN to it.`);
}

async function disableSecondFactor(email: string): Promise<void> {
  const done = await disableSecondFactorOf(email);
  say(`${done.email} ${done.wasThere ? "signs in with the password alone now" : "had no second factor"}.`);
}

/** @returns what the words of the command line ask for; undefined for words that nobody knows */
function commandOf([name, email, ...more]: readonly string[]): (() => Promise<void>) | undefined {
  if (name === "list" && email === undefined) return list;
  if (email === undefined || more.length > 0) return undefined;
  if (name === "reset-password") return () => resetPassword(email);
  if (name === "disable-second-factor") return () => disableSecondFactor(email);
  return undefined;
}

/**
 * `npm run admin`: for whoever can use the server, and for those who are locked out.
 * @param root the repository
 * @param words what stands on the command line
 * @returns the exit code: 0 done, 1 refused or failed, 2 not understood
 */
export async function run(root: string, words: readonly string[]): Promise<number> {
  const command = commandOf(words);
  if (!command) {
    report(USAGE);
    return 2;
  }
  log.level = "silent";
  // PostgreSQL ends with this process, however it ends, so no signal needs to be caught.
  const stops: Stop[] = [];
  try {
    await openDatabase(root, (stop) => stops.push(stop));
    await command();
    return 0;
  } catch (error) {
    const isExpected =
      error instanceof StartupError || error instanceof EnvironmentError || error instanceof Refusal;
    report(isExpected ? error.message : String(error instanceof Error ? error.stack : error));
    return 1;
  } finally {
    await runStops();
    for (const stop of stops.reverse()) await stop();
  }
}
