import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { canonicalAddress } from "@/lib/network";
import { closeNote, openNote } from "@/lib/requests";
import { ADDRESS_HEADER } from "./request-checks";

const TRACE_HEADER = "traceparent";
/** W3C Trace Context §3.2. */
const TRACE_PARENT = /^00-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/** What the log says of one request. */
export type RequestLine = {
  readonly traceId: string;
  readonly method: string;
  /** Without the query, whose values are nobody's business in a log. */
  readonly path: string;
  /** Zero when the client hung up before there was one. */
  readonly status: number;
  readonly durationMs: number;
  readonly address: string;
  /** The person or the machine, where the request said who it comes from. */
  readonly actorId: string | null;
};

const PATH_MAX_LENGTH = 300;

const begun = randomBytes(4).toString("hex");
let requests = 0;

/**
 * Gives a request its place in a trace, the caller's where it named one, and reports it when it is over. The handlers find the trace id in
 * `traceparent`, in both forms of the headers.
 */
export function followRequest(
  request: IncomingMessage,
  response: ServerResponse,
  report: (line: RequestLine) => void,
): void {
  const startedAt = performance.now();
  const traceId =
    TRACE_PARENT.exec(String(request.headers[TRACE_HEADER] ?? ""))?.[1] ?? randomBytes(16).toString("hex");
  requests = (requests + 1) % 2 ** 32;
  const spanId = begun + requests.toString(16).padStart(8, "0");
  setHeader(request, TRACE_HEADER, `00-${traceId}-${spanId}-01`);
  const note = openNote(spanId);
  const { method = "", url = "" } = request;
  response.once("close", () => {
    closeNote(spanId);
    report({
      traceId,
      method,
      path: pathOf(url),
      status: response.headersSent ? response.statusCode : 0,
      durationMs: Math.round(performance.now() - startedAt),
      address: String(
        request.headers[ADDRESS_HEADER] ?? canonicalAddress(request.socket.remoteAddress ?? "") ?? "unknown",
      ),
      actorId: note.actorId,
    });
  });
}

function pathOf(target: string): string {
  const path = target.split(/[?#]/, 1)[0] ?? "";
  return path.length > PATH_MAX_LENGTH ? `${path.slice(0, PATH_MAX_LENGTH)}…` : path;
}

function setHeader({ headers, rawHeaders }: IncomingMessage, name: string, value: string): void {
  headers[name] = value;
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  if (at === -1) rawHeaders.push(name, value);
  else rawHeaders[at + 1] = value;
}

/** Addresses that a fleet asks all the time, and files. */
const busy =
  /^\/(?:api\/(?:identity|orchestrator|health|metrics)|identity|\.well-known|_next)(?:\/|$)|^\/(?:favicon\.ico|icon\.svg|apple-icon\.png)$/;

/**
 * How loud a request is. Ten thousand robots send some 400 requests a second, 100 MB of lines an hour, so what went well at their addresses
 * is for debugging only; what was refused there has a line of its door's, with the reason. What went wrong is always said.
 */
export function levelOf({ path, status }: RequestLine): "debug" | "info" | "warn" {
  if (status >= 500) return "warn";
  return busy.test(path) ? "debug" : "info";
}
