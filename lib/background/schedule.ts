import { forgetActivity } from "@/lib/activity/commands";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { database, inTransaction, isDatabaseAway, tookTooLong } from "@/lib/db";
import { keepSigningKeys } from "@/lib/identity/commands/keep-keys";
import { forgetConsumedJtis } from "@/lib/identity/consumed-jtis";
import { forgetFailures } from "@/lib/identity/failure-throttle";
import { forgetExpiredTokens } from "@/lib/identity/revoked-tokens";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { loseJobsOfSilentHosts } from "@/lib/jobs/commands/cut-jobs";
import { startHearing } from "@/lib/live/hearing";
import { subscribe } from "@/lib/live/notifications";
import { log } from "@/lib/log";
import { onStop } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { startAuditChainer } from "./audit-chainer";

const LOOK_EVERY_SECONDS = 10;

/** What happens by itself as time passes. Every process looks; the writes are guarded, so each thing happens once. */
const DEEDS: readonly ((ctx: Ctx<SystemActor>) => Promise<unknown>)[] = [
  loseJobsOfSilentHosts,
  cutExpired,
  forgetExpiredTokens,
  forgetConsumedJtis,
  keepSigningKeys,
  forgetFailures,
  forgetActivity,
];

/** One look; a deed that fails does not keep the others from being done. */
async function tick(): Promise<void> {
  for (const deed of DEEDS) {
    try {
      await inTransaction(database(), (db) => deed({ db, actor: { kind: "system" }, now: new Date() }));
    } catch (error) {
      if (isDatabaseAway(error) && !tookTooLong(error))
        return log.debug("the clock could not reach the database");
      log.error({ err: error, deed: deed.name }, "the clock failed");
    }
  }
}

/**
 * Starts the process's clock, and hears when keys change; both stop with the process. The audit chainer stops after them, and so chains what the
 * last tick wrote. Resolves when it is noted that hosts can be heard.
 */
export async function startClock(): Promise<void> {
  startAuditChainer();
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(tick);
  }, LOOK_EVERY_SECONDS * SECOND_MILLISECONDS);
  const stopHearing = subscribe("keys", forgetSigningKeys);
  onStop("the clock", async () => {
    stopHearing();
    clearInterval(timer);
    await running;
  });
  await startHearing();
}
