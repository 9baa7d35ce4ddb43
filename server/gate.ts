import type { IncomingMessage, ServerResponse } from "node:http";
import { networkOf, siteOf } from "@/lib/network";
import { Places } from "@/lib/places";
import { addressHeader, refuse } from "./doorstep";

/** How much of something goes on at once. */
export type GateLimits = {
  /** What is worked on at once; the others wait in turn. */
  readonly running: number;
  /** What may wait, and for how long. */
  readonly waiting: number;
  readonly patienceMs: number;
  /** What one network may have running and waiting, and all those of one owner. */
  readonly perNetwork: number;
  readonly perSite: number;
};

const RETRY_AFTER_SECONDS = 2;

/** Lets in what there is room for, one after the other, and turns away what could only wait too long. */
export class Gate {
  #running = 0;
  readonly #waiting = new Map<() => void, NodeJS.Timeout>();
  readonly #places = new Places();

  constructor(readonly limits: GateLimits) {}

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
    const isFull = this.#running >= this.limits.running;
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
      const [next] = this.#waiting.keys();
      if (next === undefined) return;
      this.#stopWaiting(next);
      next();
    };
    if (isFull) {
      const tired = () => {
        leave();
        giveUp();
      };
      this.#waiting.set(start, setTimeout(tired, this.limits.patienceMs));
    } else start();
    return leave;
  }

  #stopWaiting(start: () => void): boolean {
    clearTimeout(this.#waiting.get(start));
    return this.#waiting.delete(start);
  }
}

/**
 * What goes to Next.js shares one thread with the robots, so few pages are made at once: robots then wait for a few pieces of a page,
 * never for a queue of pages. A form keeps its place while its body comes in, which its sender may draw out; so forms have places of
 * their own, and nobody has many. The streams of open pages cost nothing while they are open, so only their number is bounded.
 */
const gates = {
  page: new Gate({ running: 8, waiting: 256, patienceMs: 5_000, perNetwork: 64, perSite: 128 }),
  form: new Gate({ running: 64, waiting: 0, patienceMs: 0, perNetwork: 16, perSite: 32 }),
  stream: new Gate({ running: 4_000, waiting: 0, patienceMs: 0, perNetwork: 256, perSite: 1_024 }),
} as const;

function gateOf({ method, url = "" }: IncomingMessage): Gate {
  const path = url.split("?", 1)[0] ?? "";
  if (method !== "GET" && method !== "HEAD") return gates.form;
  if (/^\/tenants\/[^/]+\/changes$/.test(path)) return gates.stream;
  return gates.page;
}

/** Has `answer` called when there is room for the request; answers 429 or 503 itself when there is none. */
export function admit(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
  const address = String(request.headers[addressHeader]);
  const headers = { "retry-after": String(RETRY_AFTER_SECONDS) };
  const turnAway = () => refuse(response, 503, "The server has too much to do right now.", headers);
  const leave = gateOf(request).enter(address, answer, turnAway);
  if (typeof leave === "function") response.once("close", leave);
  else if (leave === "too many") turnAway();
  else refuse(response, 429, "Too many requests of yours are being answered right now.", headers);
}
