import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { log } from "@/lib/log";
import { close, httpServer, listen } from "@/server/http/http";
import { codeOf } from "@/server/lifecycle/startup-error";

/** All metrics as text; null where another process did not say its own. */
export type Scrape = () => Promise<string | null>;

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
/** Those of one machine that read metrics are few. */
const CONNECTIONS_MAX = 64;

const digest = (text: string) => createHash("sha256").update(text).digest();

function say(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    "content-type": CONTENT_TYPE,
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(response.req.method === "HEAD" ? "" : text);
}

async function answer({ method }: IncomingMessage, response: ServerResponse, scrape: Scrape): Promise<void> {
  if (method !== "GET" && method !== "HEAD") return say(response, 405, "", { allow: "GET, HEAD" });
  try {
    const text = await scrape();
    if (text === null) say(response, 503, "", { "retry-after": "5" });
    else say(response, 200, text);
  } catch (error) {
    log.error({ err: error }, "the metrics could not be read");
    say(response, 500, "");
  }
}

const pathOf = ({ url = "" }: IncomingMessage) => url.split("?", 1)[0];

/**
 * `/api/metrics` for who shows the token (RFC 6750 §2.1).
 * @param token undefined where there are no metrics at that address
 * @returns answers a request and returns true, or returns false for another address
 */
export function metricsAddress(
  token: string | undefined,
  scrape: Scrape,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  if (token === undefined) return () => false;
  const expected = digest(token);
  return (request, response) => {
    if (pathOf(request) !== "/api/metrics") return false;
    const shown = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
    if (shown !== undefined && timingSafeEqual(digest(shown), expected))
      void answer(request, response, scrape);
    else say(response, 401, "", { "www-authenticate": 'Bearer realm="Latchkey metrics"' });
    return true;
  };
}

/** A name of another machine that leads here is a page in a browser that means to read what is served to this machine alone. */
const OWN_NAMES = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Serves metrics, and nothing else, to this machine: on 127.0.0.1 and, where there is one, ::1.
 * @returns stops it
 * @throws StartupError when the port cannot be had
 */
export async function listenForMetrics(
  port: number,
  scrape: Scrape,
  headerLines: string,
): Promise<() => Promise<void>> {
  const listener: RequestListener = (request, response) => {
    if (!OWN_NAMES.test(request.headers.host ?? "")) return say(response, 403, "");
    if (!/^\/(?:api\/)?metrics$/.test(pathOf(request) ?? "")) return say(response, 404, "");
    void answer(request, response, scrape);
  };
  const servers = ["127.0.0.1", "::1"].map((host) => ({ host, server: httpServer(listener, headerLines) }));
  for (const { host, server } of servers) {
    server.maxConnections = CONNECTIONS_MAX;
    try {
      await listen(server, port, host, "METRICS_PORT");
    } catch (error) {
      if (host === "127.0.0.1" || !/^(?:EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(codeOf(error) ?? "")) throw error;
    }
  }
  return async () => void (await Promise.all(servers.map(({ server }) => close(server))));
}
