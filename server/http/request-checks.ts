import type { IncomingMessage, ServerResponse } from "node:http";
import { logRefusal } from "@/lib/log";
import { clientAddress, NO_PROXIES, type TrustedProxies } from "@/lib/network";
import { isOwnSite, originOf } from "@/lib/own-site";

/** The header that tells the handlers the address a request came from. Only this process sets it. */
export const ADDRESS_HEADER = "x-latchkey-address";

/** The header that tells pages which address was asked for, so that signing in leads back to it. Only this process sets it. */
export const TARGET_HEADER = "x-latchkey-target";

/**
 * Headers a client could send to be taken for somebody else, or us for another server: links come from ORIGIN whatever a proxy says. Of
 * `X-Forwarded-For` a trusted proxy's part is read before it goes.
 */
const UNTRUSTED = new Set([
  ADDRESS_HEADER,
  TARGET_HEADER,
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-real-ip",
  // Next.js uses these between its own parts; from outside they could skip a check.
  "x-middleware-subrequest",
  "x-middleware-rewrite",
  "x-invoke-path",
  "x-invoke-status",
  "x-invoke-query",
  "x-matched-path",
  // A server may ignore these (RFC 9110 §14.2), and Next.js answers a range that a file does not have with 500.
  "range",
  "if-range",
]);

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * Receives a request before anything else sees it. Requests that no address could answer are refused here; from the others the untrusted headers
 * are taken off, and the caller's address is put on.
 * @param trusted the proxies that may say whose request it is; without one the socket's address counts
 * @returns true when the request was refused and answered.
 */
export function refuseBadRequest(
  request: IncomingMessage,
  response: ServerResponse,
  trusted: TrustedProxies = NO_PROXIES,
): boolean {
  if (!METHODS.has(request.method ?? "")) {
    return refuse(response, 405, `The method ${request.method} is not used here.`, {
      allow: [...METHODS].join(", "),
    });
  }
  if (!hasOneHost(request)) return refuse(response, 400, "The request needs one Host header.");
  // A client that takes us for a proxy sends the whole URL (RFC 9112 §3.2.2); the host in it counts no more than any other.
  request.url = (request.url ?? "").replace(/^https?:\/\/[^/?#]*/i, "");
  if (!request.url.startsWith("/")) return refuse(response, 400, "The request target must be a path.");
  if (!isDecodable(request.url)) return refuse(response, 400, "The path is not correctly percent-encoded.");
  cleanse(request, trusted);
  return false;
}

/** Addresses of the APIs, which know their own methods and bounds. */
const API = /^\/(?:api|identity|\.well-known)(?:[/?]|$)/;
const PAGE_METHODS = ["GET", "HEAD", "POST"];
/** No form of a page needs more. Next.js has the same bound for its actions, but answers 500. */
const PAGE_BODY_MAX_BYTES = 256 * 1024;

/**
 * Refuses what no page can answer, and Next.js would answer with the page or with 500.
 * @returns true when the request was refused and answered.
 */
export function refuseAtPages(request: IncomingMessage, response: ServerResponse): boolean {
  if (API.test(request.url ?? "")) return false;
  if (!PAGE_METHODS.includes(request.method ?? "")) {
    return refuse(response, 405, `A page does not know ${request.method}.`, {
      allow: PAGE_METHODS.join(", "),
    });
  }
  if (Number(request.headers["content-length"] ?? 0) > PAGE_BODY_MAX_BYTES) {
    return refuse(response, 413, "The body is larger than 256 KiB.");
  }
  return false;
}

/**
 * Refuses a page's request that may change something and was sent by a page of another site, or of a neighbour under the same domain.
 * Robots' requests are not asked: they carry their own credentials, and no browser adds them. An ORIGIN that is not where people open the
 * portal is the usual reason for a refusal of somebody honest, so the answer and the log name both.
 * @param published our own origin, for when a proxy changes the Host header
 * @returns true when the request was refused and answered.
 */
export function refuseOtherSite(
  request: IncomingMessage,
  response: ServerResponse,
  published: string,
): boolean {
  if (request.method === "GET" || request.method === "HEAD") return false;
  const { host, origin, "sec-fetch-site": site } = request.headers;
  const isOurs = isOwnSite({ host, origin, site: site?.toString() }, published);
  const openedAt = originOf(origin ?? "")?.origin;
  if (openedAt !== undefined && openedAt !== published) {
    const fields = () => ({ event: "origin.other", openedAt, origin: published, refused: !isOurs });
    logRefusal(
      fields,
      "a page was opened at another address than ORIGIN; if it is this portal's, set ORIGIN to it",
    );
  }
  if (isOurs) return false;
  return refuse(
    response,
    403,
    openedAt === undefined || openedAt === published
      ? "This request came from a page of another site."
      : `This request came from a page of ${openedAt}, but Latchkey's address (ORIGIN) is ${published}.`,
  );
}

/** Answers with one sentence. @returns true, for whoever asks whether it was answered */
export function refuse(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): true {
  response
    .writeHead(status, {
      ...headers,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    })
    .end(`${text}\n`);
  return true;
}

/** RFC 9112 §3.2. Node.js would refuse a missing one itself, but without the headers that every answer has. */
function hasOneHost(request: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts === 1 || (hosts === 0 && request.httpVersion === "1.0");
}

function isDecodable(target: string): boolean {
  if (!target.includes("%")) return true;
  try {
    return !decodeURIComponent(target.split("?", 1)[0] ?? "").includes("\0");
  } catch {
    return false;
  }
}

/** Changes both forms of the headers that Node.js keeps: the object, which Next.js reads, and the raw list, from which a web-standard Request is made. */
function cleanse(request: IncomingMessage, trusted: TrustedProxies): void {
  const raw = request.rawHeaders;
  const forwardedFor: string[] = [];
  let kept = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const [name = "", value = ""] = [raw[index], raw[index + 1]];
    const lower = name.toLowerCase();
    if (UNTRUSTED.has(lower)) {
      if (lower === "x-forwarded-for") forwardedFor.push(value);
      delete request.headers[lower];
    } else {
      raw[kept] = name;
      raw[kept + 1] = value;
      kept += 2;
    }
  }
  raw.length = kept;
  const address = clientAddress(request.socket.remoteAddress, forwardedFor, trusted);
  const target = request.url ?? "/";
  request.headers[ADDRESS_HEADER] = address;
  request.headers[TARGET_HEADER] = target;
  raw.push(ADDRESS_HEADER, address, TARGET_HEADER, target);
}
