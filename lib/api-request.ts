import { randomBytes } from "node:crypto";

export type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request to one of the APIs as its door reads it, whichever way it came: from node:http itself, or as Next.js hands it over. */
export type ApiRequest = {
  readonly method: string;
  /** As it was asked for, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What the address's dynamic segments stand for. */
  readonly params: Params;
  /** The network address of whoever sent it; null where it is unknown. */
  readonly address: string | null;
  /** Joins an answer with the log (W3C Trace Context): the caller's where it named one. */
  readonly traceId: string;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
  /** @param name in lower case @returns null where it was not sent */
  header(name: string): string | null;
  /** @returns the body; null when it has more bytes than that */
  bytes(max: number): Promise<Uint8Array | null>;
  /** Says who it turned out to come from; for the log, nothing is decided by it. */
  noteActor(id: string): void;
};

/** An answer that nobody has begun. */
export type ApiAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array> | null;
};

export type ApiHandler = (request: ApiRequest) => Promise<ApiAnswer>;

/** Beside what Next.js calls: what the process may call itself, without a Request and a Response (server/http/lane.ts). */
export type Direct = { readonly direct?: ApiHandler };

/** @returns data as JSON; nothing as an empty body */
export const json = (
  data: unknown,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): ApiAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(data),
});

const TRACE_PARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/;

/** @param traceparent the header as it was sent @returns the caller's trace id (W3C Trace Context) or a new one; it joins an answer with the log. */
export const traceIdIn = (traceparent: string | null): string =>
  TRACE_PARENT.exec(traceparent ?? "")?.[1] ?? randomBytes(16).toString("hex");
