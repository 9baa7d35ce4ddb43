import type { Ctx, SystemActor } from "@/lib/ctx";
import { database, inTransaction, isDatabaseAway, tookTooLong } from "@/lib/db";
import { log } from "@/lib/log";
import {
  noteAttempt,
  releaseDelivery,
  type TakenDelivery,
  takeDelivery,
} from "@/lib/notifications/commands/take-delivery";
import { listDueReceivers } from "@/lib/notifications/queries/list-due";
import type { Attempt, Receiver } from "@/lib/notifications/receiver";
import { onStop } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { MAIL } from "@/lib/users/mail-receiver";
import { WEBHOOKS } from "@/lib/webhooks/send";

const LOOK_EVERY_SECONDS = 1;
/** Receivers that are told at once by one process; one that is slow holds up no other. */
const AT_ONCE = 16;
/** Whatever is on its way when the process stops may arrive within this. */
const LAST_SECONDS = 3;

const receiverOf = ({ adminId }: TakenDelivery): Receiver => (adminId === null ? WEBHOOKS : MAIL);

function noteFailure(error: unknown): void {
  if (isDatabaseAway(error) && !tookTooLong(error)) log.debug("the outbox could not reach the database");
  else log.error({ err: error }, "the outbox failed");
}

/** What empties the outbox: for each receiver one message after the other, at least once. Any number may run. */
export function deliverer(clock: () => Date = () => new Date()) {
  const busy = new Map<string, Promise<void>>();
  const cut = new AbortController();
  let isStopping = false;

  const ctx = (): Ctx<SystemActor> => ({ db: database().prisma, actor: { kind: "system" }, now: clock() });
  const deed = <T>(run: (ctx: Ctx<SystemActor>) => Promise<T>) =>
    inTransaction(database(), (db) => run({ ...ctx(), db }));

  /** What cannot be made into a message fails like one that is not taken: it holds up the others for days at the most. */
  async function send(receiver: Receiver, delivery: TakenDelivery): Promise<Attempt | null> {
    try {
      return await receiver.send(ctx(), delivery, cut.signal);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      noteFailure(error);
      return { isTaken: false, status: null, failure: "not_made", answer: null };
    }
  }

  /** @returns whether it was taken, so that the next may follow */
  async function deliver(delivery: TakenDelivery): Promise<boolean> {
    const receiver = receiverOf(delivery);
    const attempt = await send(receiver, delivery);
    if (attempt === null) {
      await deed((held) => releaseDelivery(held, delivery));
      return false;
    }
    return deed(async (held) => {
      const state = await noteAttempt(held, delivery, attempt, Math.random());
      if (state === "given_up") await receiver.giveUp(held, delivery);
      return state === "delivered";
    });
  }

  async function tellAll(receiverId: string): Promise<void> {
    try {
      for (let goesOn = true; goesOn && !isStopping; ) {
        const delivery = await deed((held) => takeDelivery(held, receiverId));
        goesOn = delivery !== null && (await deliver(delivery));
      }
    } catch (error) {
      // What was taken stays so until its lease is over; then it is sent again.
      noteFailure(error);
    } finally {
      busy.delete(receiverId);
    }
  }

  /** Resolves when nothing is on its way. */
  async function idle(): Promise<void> {
    while (busy.size > 0) await Promise.all(busy.values());
  }

  return {
    /** Begins with what is due. */
    async look(): Promise<void> {
      const free = AT_ONCE - busy.size;
      if (free === 0 || isStopping) return;
      const due = await listDueReceivers(ctx(), AT_ONCE);
      const idling = due.filter((receiverId) => !busy.has(receiverId)).slice(0, free);
      for (const receiverId of idling) busy.set(receiverId, tellAll(receiverId));
    },

    idle,

    /** Begins nothing more, and gives what is on its way some seconds; what did not arrive is left as it was. */
    async stop(): Promise<void> {
      isStopping = true;
      const impatience = setTimeout(() => cut.abort(), LAST_SECONDS * SECOND_MILLISECONDS);
      await idle();
      clearTimeout(impatience);
    },
  };
}

/** Starts emptying the outbox. Every process does, and it stops with the process. */
export function startDeliverer(): void {
  const { look, stop } = deliverer();
  const timer = setInterval(() => void look().catch(noteFailure), LOOK_EVERY_SECONDS * SECOND_MILLISECONDS);
  onStop("the outbox", async () => {
    clearInterval(timer);
    await stop();
  });
}
