import { subscribe, subscribeToStop } from "./notifications";

/** Calls the next host that a job may be for. */
type Round = () => void;

/** How many hosts try for one job at once; each that cannot take it has the next one called. */
const CALLED_AT_ONCE = 4;

const queues = new Map<string, { readonly places: Set<JobWaiter>; readonly stopHearing: () => void }>();

/**
 * Calls hosts to one job, the longest waiting first, each at most once: so the call reaches whoever may take it, and ends
 * however many may not.
 */
function callAround(places: Iterable<JobWaiter>, machineId: string | null): void {
  const fitting = [...places].filter((place) => machineId === null || place.machineId === machineId);
  const next: Round = () => {
    let place = fitting.shift();
    while (place && !place.isOpen) place = fitting.shift();
    place?.call(next);
  };
  for (let called = 0; called < CALLED_AT_ONCE; called += 1) next();
}

/** Has the hosts of a machine, or all, show their tokens again. */
function callAll(places: Iterable<JobWaiter>, machineId: string | null): void {
  for (const place of places) if (machineId === null || place.machineId === machineId) place.call();
}

function placesOf(tenantId: string): Set<JobWaiter> {
  const known = queues.get(tenantId);
  if (known) return known.places;
  const places = new Set<JobWaiter>();
  const stopHearing = subscribe(`job ${tenantId}`, (signal) => {
    if (signal?.kind === "job") callAround(places, signal.machineId);
    else callAll(places, signal?.kind === "terms" ? signal.machineId : null);
  });
  queues.set(tenantId, { places, stopHearing });
  return places;
}

/**
 * A host's place in the queue for its tenant's jobs. It is taken before the tables are looked at, so that no call between
 * a look and the wait is lost.
 */
export class JobWaiter {
  readonly #stops: (() => void)[];
  #rounds: Round[] = [];
  #isCalled = false;
  #isOver = false;
  #wake: (() => void) | null = null;
  isOpen = true;

  constructor(
    readonly tenantId: string,
    readonly machineId: string,
    sessionId: string,
    hungUp: AbortSignal,
  ) {
    const over = () => {
      this.#isOver = true;
      this.#wake?.();
    };
    hungUp.addEventListener("abort", over);
    this.#stops = [
      subscribe(`session ${sessionId}`, () => this.call()),
      subscribeToStop(over),
      () => hungUp.removeEventListener("abort", over),
    ];
    placesOf(tenantId).add(this);
  }

  /** Somebody says that there may be something to do. */
  call(round?: Round): void {
    this.#isCalled = true;
    if (round) this.#rounds.push(round);
    this.#wake?.();
  }

  /** @returns has the calls so far answered, by whoever is next, if this host takes no job */
  answerCalls(): { passOn(): void } {
    const rounds = this.#rounds;
    this.#rounds = [];
    this.#isCalled = false;
    const passOn = () => {
      for (const round of rounds) round();
    };
    return { passOn };
  }

  /** @returns true when called, false when the time is up, the caller hung up or the process stops */
  async wait(milliseconds: number): Promise<boolean> {
    if (!this.#isCalled && !this.#isOver) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
    return this.#isCalled && !this.#isOver;
  }

  /** Gives the place up, and passes on what it was called to and did not answer. */
  leave(): void {
    this.isOpen = false;
    for (const stop of this.#stops) stop();
    const queue = queues.get(this.tenantId);
    queue?.places.delete(this);
    if (queue?.places.size === 0) {
      queue.stopHearing();
      queues.delete(this.tenantId);
    }
    this.answerCalls().passOn();
  }
}
