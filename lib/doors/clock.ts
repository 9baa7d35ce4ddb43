import { database, isDatabaseAway } from "@/lib/db";
import { loseJobsOfSilentHosts } from "@/lib/jobs/commands/cut-jobs";
import { log } from "@/lib/log";
import { onStop } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { startSealer } from "./sealer";

const LOOK_EVERY_SECONDS = 10;

/** What happens by itself as time passes. Every process looks; the writes are guarded, so each thing happens once. */
async function tick(): Promise<void> {
  try {
    await database().prisma.$transaction((db) =>
      loseJobsOfSilentHosts({ db, actor: { kind: "system" }, now: new Date() }),
    );
  } catch (error) {
    if (isDatabaseAway(error)) log.debug("the clock could not reach the database");
    else log.error({ err: error }, "the clock failed");
  }
}

/** Starts the process's clock; it stops with the process. The sealer stops after it, and so seals what its last tick wrote. */
export function startClock(): void {
  startSealer();
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(tick);
  }, LOOK_EVERY_SECONDS * SECOND_MILLISECONDS);
  onStop("the clock", async () => {
    clearInterval(timer);
    await running;
  });
}
