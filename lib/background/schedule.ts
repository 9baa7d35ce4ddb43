import { forgetActivity } from "@/lib/activity/commands";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { database, inTransaction, isDatabaseAway, tookTooLong } from "@/lib/db";
import { forgetAnswers } from "@/lib/idempotency/commands";
import { keepSigningKeys } from "@/lib/identity/commands/keep-keys";
import { forgetConsumedJtis } from "@/lib/identity/consumed-jtis";
import { forgetFailures } from "@/lib/identity/failure-throttle";
import { forgetExpiredTokens } from "@/lib/identity/revoked-tokens";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { loseJobsOfSilentHosts } from "@/lib/jobs/commands/cut-jobs";
import { startHearing } from "@/lib/live/hearing";
import { subscribe } from "@/lib/live/notifications";
import { log } from "@/lib/log";
import { forgetPreviews } from "@/lib/machines/commands/keep-preview";
import { forgetNotifications } from "@/lib/notifications/commands/forget";
import { endRanOut } from "@/lib/rehearsals/commands";
import { onStop } from "@/lib/stopping";
import { MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";
import { forgetPreviousSecrets } from "@/lib/webhooks/commands/switch-webhook";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { endDueRotations, tellStuckRotations } from "@/lib/workflows/end-due-rotations";
import { startAuditChainer } from "./audit-chainer";
import { startDeliverer } from "./deliverer";
import { TELLING } from "./notices";
import { tellRehearsedUses } from "./rehearsed-uses";

const LOOK_EVERY_SECONDS = 10;
/** An end is an instant that somebody chose: what hangs on the credential is cut within a second of it. */
const CUT_EVERY_SECONDS = 1;
/** What comes together within it is told together. */
const TELL_EVERY_SECONDS = MINUTE_SECONDS;

/** Done again at once, in another transaction, when it says "more". */
type Deed = (ctx: Ctx<SystemActor>) => Promise<unknown>;

/** What happens by itself as time passes. Every process looks; the writes are guarded, so each thing happens once. */
const DEEDS: readonly Deed[] = [
  loseJobsOfSilentHosts,
  forgetExpiredTokens,
  forgetConsumedJtis,
  keepSigningKeys,
  forgetFailures,
  forgetActivity,
  tellStuckRotations,
  forgetPreviousSecrets,
  endRanOut,
  forgetNotifications,
  tellRehearsedUses,
  forgetAnswers,
  forgetPreviews,
];

const perform = (deed: Deed) =>
  inTransaction(database(), (db) => deed({ db, actor: { kind: "system" }, now: new Date() }));

/** One look; a deed that fails does not keep the others from being done. */
async function tick(deeds: readonly Deed[], goesOn: () => boolean): Promise<void> {
  for (const deed of deeds) {
    try {
      while ((await perform(deed)) === "more" && goesOn());
    } catch (error) {
      if (isDatabaseAway(error) && !tookTooLong(error))
        return log.debug("the clock could not reach the database");
      log.error({ err: error, deed: deed.name }, "the clock failed");
    }
  }
}

/** Does deeds every so often, one round after the other. @returns stops it; resolves when the round under way is over */
function every(seconds: number, deeds: readonly Deed[]): () => Promise<void> {
  let running: Promise<void> | null = null;
  let goesOn = true;
  const timer = setInterval(() => {
    running ??= tick(deeds, () => goesOn).finally(() => {
      running = null;
    });
  }, seconds * SECOND_MILLISECONDS);
  return async () => {
    clearInterval(timer);
    goesOn = false;
    await running;
  };
}

/**
 * Starts the process's clock, and hears when keys change; both stop with the process. The audit chainer stops after them, and so chains what the
 * last tick wrote. Resolves when it is noted that hosts can be heard.
 */
export async function startClock(): Promise<void> {
  startAuditChainer();
  startDeliverer();
  const stops = [
    every(LOOK_EVERY_SECONDS, DEEDS),
    every(CUT_EVERY_SECONDS, [endDueRotations, cutExpired]),
    every(TELL_EVERY_SECONDS, TELLING),
  ];
  const stopHearing = subscribe("keys", forgetSigningKeys);
  onStop("the clock", async () => {
    stopHearing();
    for (const stop of stops) await stop();
  });
  await startHearing();
}
