import type { IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { networkOf, siteOf } from "@/lib/network";
import { Places } from "@/lib/places";
import { ADDRESS_HEADER, refuse } from "./request-checks";

/** How much of something goes on at once. */
export type GateLimits = {
  /** What is worked on at once; the others wait in turn. */
  readonly running: number;
  /** The same while the thread has no time to spare; as many as ever unless it is given. */
  readonly runningWhileBusy?: number;
  /** What may wait, and for how long. */
  readonly waiting: number;
  readonly patienceMs: number;
  /** What one network may have running and waiting, and all those of one owner. */
  readonly perNetwork: number;
  readonly perSite: number;
};

const RETRY_AFTER_SECONDS = 2;
const LOOK_MILLISECONDS = 20;
const BUSY_FROM = 0.7;

/** @returns tells whether the thread has had hardly any time to spare since it was asked before */
function busyThread(): () => boolean {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization > BUSY_FROM;
  };
}

/** Lets in what there is room for, one after the other, and turns away what could only wait too long. */
export class Gate {
  #running = 0;
  readonly #waiting = new Map<() => void, NodeJS.Timeout>();
  readonly #places = new Places();
  readonly #isBusy: () => boolean;
  /** How many may run now: one more at each look that finds the thread at leisure, one less at each that does not. */
  #mayRun: number;
  #looking: NodeJS.Timeout | undefined;

  constructor(
    readonly limits: GateLimits,
    isBusy = busyThread(),
  ) {
    this.#isBusy = isBusy;
    this.#mayRun = this.#fewest;
  }

  get #fewest(): number {
    return this.limits.runningWhileBusy ?? this.limits.running;
  }

  /**
   * Asks to be let in.
   *
   * @param address of whoever asks
   * @param begin called when it is its turn, at once or later
   * @param giveUp called instead when that takes too long; it is over then
   * @returns what to call when it is over, whether it had begun or not; or why it is turned away
   */
  enter(
    address: string,
    begin: () => void,
    giveUp: () => void,
  ): (() => void) | "too many of yours" | "too many" {
    const giveBack = this.#places.take([
      [`network ${networkOf(address)}`, this.limits.perNetwork],
      [`site ${siteOf(address)}`, this.limits.perSite],
    ]);
    if (!giveBack) return "too many of yours";
    const isFull = this.#running >= this.#mayRun;
    if (isFull && this.#waiting.size >= this.limits.waiting) {
      giveBack();
      return "too many";
    }
    const start = () => {
      this.#running += 1;
      begin();
    };
    let isOver = false;
    const leave = () => {
      if (isOver) return;
      isOver = true;
      giveBack();
      if (this.#stopWaiting(start)) return;
      this.#running -= 1;
      this.#beginNext();
    };
    if (isFull) {
      const tired = () => {
        leave();
        giveUp();
      };
      this.#waiting.set(start, setTimeout(tired, this.limits.patienceMs));
      this.#looking ??= setInterval(() => this.#look(), LOOK_MILLISECONDS);
    } else start();
    return leave;
  }

  #look(): void {
    const most = this.#isBusy() ? this.#mayRun - 1 : this.#mayRun + 1;
    this.#mayRun = Math.min(Math.max(most, this.#fewest), this.limits.running);
    this.#beginNext();
    if (this.#waiting.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #beginNext(): void {
    const [next] = this.#waiting.keys();
    if (next === undefined || this.#running >= this.#mayRun) return;
    this.#stopWaiting(next);
    next();
  }

  #stopWaiting(start: () => void): boolean {
    clearTimeout(this.#waiting.get(start));
    return this.#waiting.delete(start);
  }
}

/**
 * What goes to Next.js shares one thread with the robots, who get their turn after every piece of work of each page that is being made. So one
 * page is made at a time, and more only while the thread is idle, since those that are there wait for the database. A form keeps its place while its body comes in, which its sender may draw out; so forms have places of
 * their own, and nobody has many. The streams of open pages cost nothing while they are open, so only their number is bounded.
 */
const GATES = {
  page: new Gate({
    running: 8,
    runningWhileBusy: 1,
    waiting: 256,
    patienceMs: 5_000,
    perNetwork: 64,
    perSite: 128,
  }),
  form: new Gate({ running: 64, waiting: 0, patienceMs: 0, perNetwork: 16, perSite: 32 }),
  stream: new Gate({ running: 4_000, waiting: 0, patienceMs: 0, perNetwork: 256, perSite: 1_024 }),
} as const;

function gateOf({ method, url = "" }: IncomingMessage): Gate {
  const path = url.split("?", 1)[0] ?? "";
  if (method !== "GET" && method !== "HEAD") return GATES.form;
  if (/^\/tenants\/[^/]+\/changes$/.test(path)) return GATES.stream;
  return GATES.page;
}

/** Has `answer` called when there is room for the request; answers 429 or 503 itself when there is none. */
export function admit(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
  const address = String(request.headers[ADDRESS_HEADER]);
  const headers = { "retry-after": String(RETRY_AFTER_SECONDS) };
  const turnAway = () => refuse(response, 503, "The server has too much to do right now.", headers);
  const leave = gateOf(request).enter(address, answer, turnAway);
  if (typeof leave === "function") response.once("close", leave);
  else if (leave === "too many") turnAway();
  else refuse(response, 429, "Too many requests of yours are being answered right now.", headers);
}
