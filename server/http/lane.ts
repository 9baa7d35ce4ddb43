import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import {
  type ApiAnswer,
  type ApiHandler,
  type ApiRequest,
  type Direct,
  json,
  traceIdIn,
} from "@/lib/api-request";
import { clientAddress, NO_PROXIES, type TrustedProxies } from "@/lib/network";
import type { RequestFigures } from "@/lib/request-figures";
import type { RequestKinds } from "./request-kinds";
import type { RequestLine } from "./request-log";
import { type Route, routeTable } from "./route-table";

/** Answers a request and returns true, or returns false to leave it to the long way, which knows every kind of request. */
export type Lane = (request: IncomingMessage, response: ServerResponse) => boolean;

export type LaneOptions = {
  readonly routes: readonly Route[];
  /** Names and values, in turn, that every answer carries. */
  readonly headers: readonly string[];
  /** The proxies that may say whose request it is. */
  readonly trusted: TrustedProxies;
  /** Whether every request has its line in the log; then all go the long way. */
  readonly isFollowed: () => boolean;
  /** Where each request counts. */
  readonly kinds: Pick<RequestKinds, "of">;
  /** Is told of answers of 500 and above. */
  readonly report: (line: RequestLine) => void;
  /** Receives what a handler threw. */
  readonly fail: (error: unknown) => void;
};

const NO_QUERY = new URLSearchParams();
/** A longer body, as a report of a job may have, goes the long way. */
const BODY_MAX_BYTES = 64 * 1024;

/** As the long way answers what no handler caught. */
const UNEXPECTED = json({ type: "about:blank", title: "Internal Server Error", status: 500 }, 500, {
  "content-type": "application/problem+json",
});

/** Names that mean something once only, by their length: Node.js keeps the first of several, a Request joins them. */
const SINGLE: Readonly<Record<number, string>> = {
  4: "host",
  10: "user-agent",
  12: "content-type",
  13: "authorization",
};

/** Whether there is one Host (RFC 9112 §3.2) and at most one of the others. */
function areSingle(rawHeaders: readonly string[]): boolean {
  let seen = "";
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const meant = SINGLE[name.length];
    if (meant === undefined || name.toLowerCase() !== meant) continue;
    if (seen.includes(meant)) return false;
    seen += meant;
  }
  return seen.includes("host");
}

class LaneRequest implements ApiRequest {
  readonly startedAt = performance.now();
  readonly query = NO_QUERY;
  actorId: string | null = null;
  #traceId: string | undefined;
  #signal: AbortSignal | undefined;

  constructor(
    readonly incoming: IncomingMessage,
    readonly response: ServerResponse,
    readonly method: string,
    readonly path: string,
    readonly params: ApiRequest["params"],
    readonly address: string,
  ) {}

  header(name: string): string | null {
    const value = this.incoming.headers[name];
    return value === undefined ? null : String(value);
  }

  get traceId(): string {
    this.#traceId ??= traceIdIn(this.header("traceparent"));
    return this.#traceId;
  }

  get signal(): AbortSignal {
    if (this.#signal) return this.#signal;
    const controller = new AbortController();
    this.response.once("close", () => this.response.writableFinished || controller.abort());
    this.#signal = controller.signal;
    return this.#signal;
  }

  noteActor(id: string): void {
    this.actorId = id;
  }

  /** Never resolves for a caller that hangs up before the end of its body: there is nobody to answer. */
  bytes(max: number): Promise<Uint8Array | null> {
    const length = Number(this.incoming.headers["content-length"] ?? 0);
    if (length === 0) return Promise.resolve(new Uint8Array());
    if (length > max) return Promise.resolve(null);
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      this.incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      this.incoming.on("end", () =>
        resolve(chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks)),
      );
    });
  }
}

/**
 * The way of the APIs' ordinary requests: from node:http to the door's handler and back, without a Request, a Response and whatever a page
 * needs. What it does not know it leaves to the long way, which answers alike.
 */
export function lane({ routes, headers, trusted, isFollowed, kinds, report, fail }: LaneOptions): Lane {
  const find = routeTable(routes);
  const addresses = new WeakMap<Socket, string>();

  function addressOf({ socket, headers: sent }: IncomingMessage): string {
    if (trusted !== NO_PROXIES)
      return clientAddress(socket.remoteAddress, [String(sent["x-forwarded-for"] ?? "")], trusted);
    const known = addresses.get(socket) ?? clientAddress(socket.remoteAddress, [], NO_PROXIES);
    addresses.set(socket, known);
    return known;
  }

  function send(response: ServerResponse, { status, headers: own, body }: ApiAnswer): void {
    const text = typeof body === "string" ? body : "";
    const lines = [...headers];
    for (const name in own) lines.push(name, own[name] ?? "");
    if (status !== 204) lines.push("content-length", String(Buffer.byteLength(text)));
    // Text and not bytes: head and body go out in one write.
    response.writeHead(status, lines).end(text);
  }

  async function answer(handle: ApiHandler, asked: LaneRequest, figures: RequestFigures): Promise<void> {
    let status = 500;
    try {
      const answered = await handle(asked);
      status = answered.status;
      send(asked.response, answered);
    } catch (error) {
      fail(error);
      if (asked.response.headersSent) asked.response.destroy();
      else send(asked.response, UNEXPECTED);
    }
    figures.note(status, performance.now() - asked.startedAt);
    if (status >= 500) report(lineOf(asked, status));
  }

  return (request, response) => {
    const { url = "", method = "" } = request;
    if (isFollowed()) return false;
    // It knows plain paths only: with a query, an encoding, or anything else that could be read in two ways, there is none.
    const match = find(url);
    const handle = (match?.module[method] as Direct | undefined)?.direct;
    if (!match || !handle || method === "HEAD") return false;
    const { headers: sent, rawHeaders } = request;
    if (sent["transfer-encoding"] !== undefined || Number(sent["content-length"] ?? 0) > BODY_MAX_BYTES)
      return false;
    if (!areSingle(rawHeaders)) return false;
    const asked = new LaneRequest(request, response, method, url, match.params, addressOf(request));
    void answer(handle, asked, kinds.of(match.module));
    return true;
  };
}

const lineOf = (
  { traceId, method, path, startedAt, address, actorId }: LaneRequest,
  status: number,
): RequestLine => ({
  traceId,
  method,
  path,
  status,
  durationMs: Math.round(performance.now() - startedAt),
  address,
  actorId,
});
