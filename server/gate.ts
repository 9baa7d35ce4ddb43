import type { IncomingMessage, ServerResponse } from "node:http";
import { networkOf } from "@/lib/network";
import { addressHeader, refuse } from "./doorstep";

/** How much of something goes on at once. */
export type GateLimits = {
  /** What is worked on at once; the others wait in turn. */
  readonly running: number;
  /** What may wait. */
  readonly waiting: number;
  /** What one network may have running and waiting. */
  readonly perNetwork: number;
};

const RETRY_AFTER_SECONDS = 2;

/** Lets in what there is room for, one after the other, and turns away what could only wait too long. */
export class Gate {
  #running = 0;
  readonly #waiting = new Set<() => void>();
  readonly #ofNetwork = new Map<string, number>();

  constructor(readonly limits: GateLimits) {}

  /**
   * Asks to be let in.
   *
   * @param begin called when it is its turn, at once or later
   * @returns what to call when it is over, whether it had begun or not; or why it is turned away
   */
  enter(network: string, begin: () => void): (() => void) | "too many of yours" | "too many" {
    const ofNetwork = this.#ofNetwork.get(network) ?? 0;
    if (ofNetwork >= this.limits.perNetwork) return "too many of yours";
    const isFull = this.#running >= this.limits.running;
    if (isFull && this.#waiting.size >= this.limits.waiting) return "too many";
    this.#ofNetwork.set(network, ofNetwork + 1);
    const start = () => {
      this.#running += 1;
      begin();
    };
    if (isFull) this.#waiting.add(start);
    else start();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#forget(network);
      if (this.#waiting.delete(start)) return;
      this.#running -= 1;
      const [next] = this.#waiting;
      if (next === undefined) return;
      this.#waiting.delete(next);
      next();
    };
  }

  #forget(network: string): void {
    const left = (this.#ofNetwork.get(network) ?? 0) - 1;
    if (left > 0) this.#ofNetwork.set(network, left);
    else this.#ofNetwork.delete(network);
  }
}

/**
 * What goes to Next.js shares one thread with the robots, so few pages are made at once: robots then wait for a few pieces of a page,
 * never for a queue of pages. A form keeps its place while its body comes in, which its sender may draw out; so forms have places of
 * their own, and nobody has many. The streams of open pages cost nothing while they are open, so only their number is bounded.
 */
const gates = {
  page: new Gate({ running: 8, waiting: 256, perNetwork: 64 }),
  form: new Gate({ running: 64, waiting: 0, perNetwork: 16 }),
  stream: new Gate({ running: 4_000, waiting: 0, perNetwork: 256 }),
} as const;

function gateOf({ method, url = "" }: IncomingMessage): Gate {
  const path = url.split("?", 1)[0] ?? "";
  if (method !== "GET" && method !== "HEAD") return gates.form;
  if (/^\/tenants\/[^/]+\/changes$/.test(path)) return gates.stream;
  return gates.page;
}

/** Has `answer` called when there is room for the request; answers 429 or 503 itself when there is none. */
export function admit(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
  const leave = gateOf(request).enter(networkOf(String(request.headers[addressHeader])), answer);
  if (typeof leave === "function") {
    response.once("close", leave);
    return;
  }
  const [status, text] =
    leave === "too many"
      ? [503, "The server has too much to do right now."]
      : ([429, "Too many requests of yours are being answered right now."] as const);
  refuse(response, status, text, { "retry-after": String(RETRY_AFTER_SECONDS) });
}
