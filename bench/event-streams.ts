import type { Connection } from "./load";

/** What became of a host's stream; instants are of the monotonic clock, which all processes of a machine share. */
export type StreamEnd = {
  readonly reason: string;
  /** Null when it was closed without a word. */
  readonly toldAtMilliseconds: number | null;
  readonly closedAtMilliseconds: number;
};

export const nowMilliseconds = () => Number(process.hrtime.bigint()) / 1e6;

/** The end of an answer in pieces (RFC 9112 §7.1), on a connection that the server would keep for other requests. */
const LAST_CHUNK = "\r\n0\r\n\r\n";

/** An answer came that was not wanted. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly retryAfterSeconds = 0,
  ) {
    super(`answered ${status}`);
  }
}

/**
 * Opens a host's stream of events on a connection that is used for nothing else from now on.
 * @returns the promise of its end, when the stream has said that it is ready
 * @throws Refused, and what the connection ends with before
 */
export function openStream(connection: Connection, request: Buffer): Promise<{ ended: Promise<StreamEnd> }> {
  return new Promise((opened, failed) => {
    let [text, isReady] = ["", false];
    let toldAtMilliseconds: number | null = null;
    let end: (end: StreamEnd) => void = () => undefined;
    const ended = new Promise<StreamEnd>((resolve) => {
      end = resolve;
    });
    const close = (error: Error) => {
      if (!isReady) failed(error);
      const reason = /"reason":"(.*?)"/.exec(text)?.[1] ?? `closed without a word: ${error.message}`;
      end({ reason, toldAtMilliseconds, closedAtMilliseconds: nowMilliseconds() });
    };
    const hear = (bit: string) => {
      text += bit;
      const status = isReady || text.length < 12 ? 200 : Number(text.slice(9, 12));
      if (status !== 200) {
        connection.end();
        close(new Refused(status, Number(/\r\nretry-after: *(\d+)/i.exec(text)?.[1] ?? 0)));
      } else if (!isReady && text.includes("event: ready\n")) {
        isReady = true;
        opened({ ended });
      }
      if (!isReady) return;
      if (text.includes("event: disconnected\n")) toldAtMilliseconds ??= nowMilliseconds();
      // What keeps it alive is not kept.
      else text = text.slice(-200);
      if (text.endsWith(LAST_CHUNK)) {
        connection.end();
        close(new Error("the server ended the stream"));
      }
    };
    connection.listen(request, hear, close);
  });
}
