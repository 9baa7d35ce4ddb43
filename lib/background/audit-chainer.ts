import { CHAINED_AT_ONCE, chainEvents } from "@/lib/audit/commands/chain-events";
import { database, inTransaction, isDatabaseAway, tookTooLong } from "@/lib/db";
import { log } from "@/lib/log";
import { onStop } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";

/** How long an event may stand in the record before the chain covers it. */
const CHAIN_EVERY_SECONDS = 1;

/**
 * Chains everything that waits, in transactions of a thousand events.
 * @param waits whether to wait for another process that is chaining
 */
export async function chainAll({ waits }: { readonly waits: boolean }): Promise<void> {
  for (let taken = CHAINED_AT_ONCE; taken === CHAINED_AT_ONCE; ) {
    taken = await inTransaction(database(), (db) =>
      chainEvents({ db, actor: { kind: "system" }, now: new Date() }, { waits }),
    );
  }
}

async function tryToChain(waits: boolean): Promise<void> {
  try {
    await chainAll({ waits });
  } catch (error) {
    // Nothing is lost: what waits is chained as soon as it can be.
    if (isDatabaseAway(error) && !tookTooLong(error)) log.debug("the sealer could not reach the database");
    else log.error({ err: error }, "the audit record could not be sealed");
  }
}

/** Starts chaining the audit record. Every process does; one at a time gets the lock. At a clean stop what is left is chained. */
export function startAuditChainer(): void {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const wait = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = tryToChain(false).then(wait);
    }, CHAIN_EVERY_SECONDS * SECOND_MILLISECONDS);
  };
  wait();
  onStop("the sealer of the audit record", async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
    await tryToChain(true);
  });
}
