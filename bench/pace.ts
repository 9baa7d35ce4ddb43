import { setTimeout as pause } from "node:timers/promises";
import { type Answer, Connection } from "./load";

/** What becomes of requests that are sent when they are due, whatever became of those before. */
export type Outcome = {
  /** @param milliseconds since it was due */
  answered(milliseconds: number): void;
  failed(why: string): void;
};

const CONNECT_AT_ONCE = 100;

/** One kept connection, as of a balancer: what is due while it is busy waits. */
export class Line {
  readonly #port: number;
  readonly #outcome: Outcome;
  #connection: Connection;
  #isBusy = false;
  readonly #waiting: { readonly bytes: Buffer; readonly dueAt: number }[] = [];

  constructor(port: number, outcome: Outcome) {
    this.#port = port;
    this.#outcome = outcome;
    this.#connection = new Connection(port);
  }

  send(bytes: Buffer, dueAt: number): void {
    this.#waiting.push({ bytes, dueAt });
    if (!this.#isBusy) this.#sendNext();
  }

  /** @returns how many were not answered yet */
  end(): number {
    this.#connection.end();
    return this.#waiting.length + Number(this.#isBusy);
  }

  #sendNext(): void {
    const next = this.#waiting.shift();
    this.#isBusy = next !== undefined;
    if (!next) return;
    if (this.#connection.isClosed) this.#connection = new Connection(this.#port);
    const answered = ({ status }: Answer) => {
      if (status === 200) this.#outcome.answered(performance.now() - next.dueAt);
      else this.#outcome.failed(`status ${status}`);
      this.#sendNext();
    };
    const failed = (error: Error) => {
      this.#outcome.failed(error.message);
      this.#sendNext();
    };
    this.#connection.send(next.bytes, answered, failed);
  }
}

export async function openLines(port: number, connections: number, outcome: Outcome): Promise<Line[]> {
  const lines: Line[] = [];
  while (lines.length < connections) {
    for (let one = 0; one < CONNECT_AT_ONCE && lines.length < connections; one += 1)
      lines.push(new Line(port, outcome));
    await pause(20);
  }
  return lines;
}

/** Sends requests in turn, so many a second, over lines in turn. Resolves when the last was sent. */
export async function sendPaced(
  requests: readonly Buffer[],
  lines: readonly Line[],
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<void> {
  const startedAt = performance.now();
  const gap = 1000 / perSecond;
  for (let sent = 0; performance.now() - startedAt < seconds * 1000; await pause(1)) {
    for (let dueAt = startedAt + sent * gap; dueAt <= performance.now(); dueAt += gap) {
      lines[sent % lines.length]?.send(requests[sent % requests.length] as Buffer, dueAt);
      sent += 1;
    }
  }
}
