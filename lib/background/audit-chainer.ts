import { SEALED_AT_ONCE, sealEvents } from "@/lib/audit/commands/seal-events";
import { database, isDatabaseAway, tookTooLong } from "@/lib/db";
import { log } from "@/lib/log";
import { onStop } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";

/** How long an event may stand in the record before the chain covers it. */
const SEAL_EVERY_SECONDS = 1;

/**
 * Seals everything that waits, in transactions of a thousand events.
 * @param waits whether to wait for another process that is sealing
 */
export async function sealAll({ waits }: { readonly waits: boolean }): Promise<void> {
  for (let taken = SEALED_AT_ONCE; taken === SEALED_AT_ONCE; ) {
    taken = await database().prisma.$transaction((db) =>
      sealEvents({ db, actor: { kind: "system" }, now: new Date() }, { waits }),
    );
  }
}

async function tryToSeal(waits: boolean): Promise<void> {
  try {
    await sealAll({ waits });
  } catch (error) {
    // Nothing is lost: what waits is sealed as soon as it can be.
    if (isDatabaseAway(error) && !tookTooLong(error)) log.debug("the sealer could not reach the database");
    else log.error({ err: error }, "the audit record could not be sealed");
  }
}

/** Starts sealing the audit record. Every process does; one at a time gets the lock. At a clean stop what is left is sealed. */
export function startSealer(): void {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const wait = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = tryToSeal(false).then(wait);
    }, SEAL_EVERY_SECONDS * SECOND_MILLISECONDS);
  };
  wait();
  onStop("the sealer of the audit record", async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
    await tryToSeal(true);
  });
}
