import { setTimeout as delay } from "node:timers/promises";

const FIRST_SECONDS = 0.5;
const CAP_SECONDS = 30;

/** No usable answer came; whatever was asked may be asked again. */
export class Unreachable extends Error {
  /** How long the server asked to be left alone. */
  readonly retryAfterSeconds: number;
  /** The answer's status, where what was asked may be the reason for it. */
  readonly status: number | undefined;

  constructor(reason: string, retryAfterSeconds = 0, options: ErrorOptions & { status?: number } = {}) {
    super(reason, options);
    this.name = "Unreachable";
    this.retryAfterSeconds = retryAfterSeconds;
    this.status = options.status;
  }
}

/** Chance and time, so that tests can decide both. */
export type Patience = {
  readonly random: () => number;
  /** Rejects when the signal is aborted. */
  readonly pause: (seconds: number, signal: AbortSignal) => Promise<void>;
};

export const patience: Patience = {
  random: Math.random,
  pause: (seconds, signal) => delay(seconds * 1000, undefined, { signal }),
};

/**
 * Exponential back-off with full jitter: a fleet that lost its server together must not come back together.
 * @param failures how many tries have failed in a row, from 1
 * @returns between 0 and the doubled-each-time limit, and never less than the server asked for
 */
export function backOffSeconds(failures: number, random: () => number, retryAfterSeconds = 0): number {
  const limit = Math.min(CAP_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures - 1, 16));
  return retryAfterSeconds + random() * limit;
}

/**
 * Tries until there is an answer.
 * @throws whatever `attempt` throws that is not {@link Unreachable}, and the signal's reason once it is aborted
 */
export async function untilAnswered<T>(
  attempt: () => Promise<T>,
  { random, pause }: Patience,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Unreachable)) throw error;
      await pause(backOffSeconds(failures, random, error.retryAfterSeconds), signal).catch(() => undefined);
    }
  }
}
