import { connect, type Socket } from "node:net";
import { quantile } from "./figures";

/** A whole request as it goes over the wire, made before it is needed. */
export function requestBytes(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Buffer {
  const { host, pathname, search } = new URL(url);
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const fields = Object.entries({ host, ...headers, ...length }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${fields.join("")}\r\n${body ?? ""}`);
}

export type Answer = { readonly status: number; readonly head: string; readonly body: Buffer };

/** @returns the answer, or null while a part of it is missing */
function readAnswer(bytes: Buffer): Answer | null {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  const head = bytes.toString("latin1", 0, headEnd);
  const body = bytes.subarray(headEnd + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isChunked = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head);
  const isWhole = isChunked ? body.subarray(-5).equals(LAST_CHUNK) : body.length >= Number(length ?? 0);
  return isWhole ? { status: Number(head.slice(9, 12)), head, body } : null;
}

const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** A kept HTTP/1.1 connection for one request at a time. It does no more than it must, so that the client is not what is measured. */
export class Connection {
  readonly #socket: Socket;
  #bytes: Buffer | null = null;
  #answered: ((answer: Answer) => void) | null = null;
  #failed: ((error: Error) => void) | null = null;
  #heard: ((text: string) => void) | null = null;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (bytes: Buffer | string) =>
      typeof bytes === "string" ? this.#heard?.(bytes) : this.#receive(bytes),
    );
    this.#socket.on("error", (error) => this.#failed?.(error));
    this.#socket.on("close", () => this.#failed?.(new Error("the server closed the connection")));
  }

  /** Whether the server has closed it. */
  get isClosed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }

  send(bytes: Buffer, answered: (answer: Answer) => void, failed: (error: Error) => void): void {
    this.#answered = answered;
    this.#failed = failed;
    this.#socket.write(bytes);
  }

  ask(bytes: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => this.send(bytes, resolve, reject));
  }

  /** Asks for an answer that does not end; `heard` gets all of it, bit by bit and from its head on. */
  listen(bytes: Buffer, heard: (text: string) => void, ended: (error: Error) => void): void {
    this.#heard = heard;
    this.#failed = ended;
    this.#socket.setEncoding("latin1").write(bytes);
  }

  end(): void {
    this.#failed = null;
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    this.#bytes = this.#bytes ? Buffer.concat([this.#bytes, bytes]) : bytes;
    const answer = readAnswer(this.#bytes);
    if (!answer) return;
    this.#bytes = null;
    this.#failed = null;
    this.#answered?.(answer);
  }
}

/**
 * Asks everything once, over some connections.
 * @returns the bodies in the order of the requests
 * @throws when one is answered with another status
 */
export async function askAll(
  port: number,
  requests: readonly Buffer[],
  expectedStatus: number,
  connections = 16,
): Promise<unknown[]> {
  const bodies: unknown[] = [];
  const waiting = requests.entries();
  const client = async () => {
    const connection = new Connection(port);
    for (const [index, bytes] of waiting) {
      const { status, body } = await connection.ask(bytes);
      if (status !== expectedStatus) throw new Error(`answered ${status}: ${body}`);
      bodies[index] = JSON.parse(body.toString());
    }
    connection.end();
  };
  await Promise.all(Array.from({ length: connections }, client));
  return bodies;
}

export type Load = {
  readonly port: number;
  /** @returns the next request */
  readonly next: () => Buffer;
  /** Any other status ends the measurement. */
  readonly expectedStatus: number;
};

export type LoadResult = {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
};

type LoadSize = {
  readonly connections: number;
  /** It ends by time, or when so many were sent. */
  readonly seconds?: number;
  readonly requests?: number;
};

/** A closed loop: each connection sends its next request when the last was answered. */
export async function load(
  { port, next, expectedStatus }: Load,
  { connections, seconds = Infinity, requests = Infinity }: LoadSize,
): Promise<LoadResult> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  let sent = 0;
  const endsAt = startedAt + seconds * 1000;
  const client = () =>
    new Promise<void>((resolve, reject) => {
      const connection = new Connection(port);
      let sentAt = performance.now();
      const answered = ({ status, body }: Answer) => {
        const now = performance.now();
        latencies.push(now - sentAt);
        if (status !== expectedStatus) reject(new Error(`answered ${status}: ${body}`));
        else if (now < endsAt && sent < requests) send();
        else resolve(connection.end());
      };
      const send = () => {
        sent += 1;
        sentAt = performance.now();
        connection.send(next(), answered, reject);
      };
      send();
    });
  await Promise.all(Array.from({ length: connections }, client));
  return {
    requests: latencies.length,
    perSecond: (latencies.length / (performance.now() - startedAt)) * 1000,
    p50Milliseconds: quantile(latencies, 0.5),
    p99Milliseconds: quantile(latencies, 0.99),
  };
}
