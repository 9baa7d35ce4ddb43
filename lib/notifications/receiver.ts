import type { Ctx, SystemActor } from "@/lib/ctx";
import type { TakenDelivery } from "./commands/take-delivery";

/** What came of one attempt: whether it was taken, and what was said to it. The answer is whatever a stranger wrote. */
export type Attempt = {
  readonly isTaken: boolean;
  /** It would never be taken: it is given up at once, and what comes after it goes on. */
  readonly isForGood?: boolean;
  readonly status: number | null;
  /** Why there was no answer; the receiver's kind has words for it. */
  readonly failure: string | null;
  readonly answer: string | null;
};

/** A way to tell somebody who is not looking at the portal. */
export type Receiver = {
  /**
   * Sends a notification, outside of any transaction and in less than a minute. It may come a second time, with the same id.
   * @param signal aborted when the process stops
   * @returns what came of it; null leaves it waiting as if nothing had been tried
   */
  send(ctx: Ctx<SystemActor>, delivery: TakenDelivery, signal: AbortSignal): Promise<Attempt | null>;
  /** After three days in vain, in the transaction that notes it. */
  giveUp(ctx: Ctx<SystemActor>, delivery: TakenDelivery): Promise<void>;
};
