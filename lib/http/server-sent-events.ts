import type { ApiAnswer } from "@/lib/api-request";
import { provideFigures } from "@/lib/figures";
import { subscribeToStop } from "@/lib/live/notifications";
import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";

export const KEEP_ALIVE_SECONDS = 15;

/**
 * An answer whose body comes bit by bit: no proxy keeps it, changes it, or holds it back until there is more of it.
 * @param body null where only the headers were asked for
 */
export function streamed(
  body: ReadableStream<Uint8Array> | null,
  headers: Readonly<Record<string, string>>,
): ApiAnswer {
  return {
    status: 200,
    headers: { ...headers, "cache-control": "no-store, no-transform", "x-accel-buffering": "no" },
    body,
  };
}

const LISTENERS = ["host", "page"] as const;
type Listener = (typeof LISTENERS)[number];

/** Whoever has events sent. */
export type Sender = {
  readonly listener: Listener;
  /** Called at each keep-alive: what the time alone brings. */
  passed(now: Date): void;
  /** Called once, whoever ended it. */
  ended(): void;
};

/** All open streams of events in this process; one timer keeps all of them alive. */
const open = () =>
  oncePerProcess("event-streams", () => {
    const streams = new Set<Events>();
    setInterval(() => {
      const now = new Date();
      for (const stream of streams) stream.keepAlive(now);
    }, KEEP_ALIVE_SECONDS * SECOND_MILLISECONDS).unref();
    provideFigures("open streams", () => {
      const counts = { host: 0, page: 0 };
      for (const { sender } of streams) counts[sender.listener] += 1;
      return LISTENERS.map((listener) => ({ labels: { listener }, value: counts[listener] }));
    });
    return streams;
  });

const encoder = new TextEncoder();
const COMMENT = ":\n\n";

/**
 * Server-sent events for one listener (WHATWG HTML §9.2). What waits until the listener takes it is a set: what says the same is
 * said once, so that it cannot grow with the number of signals. Whoever takes nothing between two keep-alives does not read, and is let go.
 */
export class Events {
  /** Something at once: Next.js sends the head of an answer with the first piece of its body. */
  readonly #waiting = new Set([COMMENT]);
  readonly #stopHearing = subscribeToStop(() => this.end());
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isWanted = false;
  #isUnread = false;
  #eventId = 0;
  isOpen = true;

  constructor(readonly sender: Sender) {
    open().add(this);
  }

  /** @param headers more than every stream of events has */
  answer(headers: Readonly<Record<string, string>> = {}): ApiAnswer {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#isWanted = true;
          this.#flush();
        },
        cancel: () => this.#forget(),
      },
      { highWaterMark: 0 },
    );
    return streamed(body, { ...headers, ...EVENT_STREAM });
  }

  send(event: string, data: string): void {
    this.#add(`event: ${event}\ndata: ${data}\n\n`);
  }

  /** Keeps proxies from closing the connection. */
  keepAlive(now: Date): void {
    if (this.#isUnread) {
      this.#waiting.clear();
      this.end();
      return;
    }
    this.sender.passed(now);
    this.#add(COMMENT);
    this.#isUnread = this.#waiting.size > 0;
  }

  /** Sends what waits, and nothing after it. */
  end(): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.#stopHearing();
      this.sender.ended();
    }
    this.#flush();
  }

  #add(text: string): void {
    if (!this.isOpen) return;
    this.#waiting.add(text);
    this.#flush();
  }

  #flush(): void {
    if (this.#waiting.size > 0) {
      if (!this.#isWanted) return;
      this.#isWanted = false;
      this.#isUnread = false;
      const texts = [...this.#waiting];
      this.#waiting.clear();
      this.#controller?.enqueue(encoder.encode(texts.map((text) => this.#numbered(text)).join("")));
    }
    if (!this.isOpen && open().delete(this)) this.#controller?.close();
  }

  #numbered(text: string): string {
    if (text === COMMENT) return text;
    this.#eventId += 1;
    return `id: ${this.#eventId}\n${text}`;
  }

  /** The listener hung up. */
  #forget(): void {
    open().delete(this);
    this.#waiting.clear();
    this.end();
  }
}

const EVENT_STREAM = { "content-type": "text/event-stream" };

/** The headers of a stream of events, for who only asks for them (RFC 9110 §9.3.2). */
export const eventStreamHead = (headers: Readonly<Record<string, string>> = {}): ApiAnswer =>
  streamed(null, { ...headers, ...EVENT_STREAM });
