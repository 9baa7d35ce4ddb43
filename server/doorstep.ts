import type { IncomingMessage } from "node:http";

/** The header that tells the doors the address a request came from. Only this process sets it. */
export const addressHeader = "x-latchkey-address";

/** Headers a client could send to be taken for somebody else. No proxy is trusted, so nobody's word counts. */
const untrusted = new Set([
  addressHeader,
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
]);

/**
 * Takes untrusted headers off a request and puts the socket's address on it, in both forms Node.js keeps: the object, which Next.js reads,
 * and the raw list, from which a web-standard Request is made.
 */
export function receive(request: IncomingMessage): void {
  const raw = request.rawHeaders;
  let kept = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const [name = "", value = ""] = [raw[index], raw[index + 1]];
    const lower = name.toLowerCase();
    if (untrusted.has(lower)) {
      delete request.headers[lower];
    } else {
      raw[kept] = name;
      raw[kept + 1] = value;
      kept += 2;
    }
  }
  raw.length = kept;
  const address = plainAddress(request.socket.remoteAddress);
  request.headers[addressHeader] = address;
  raw.push(addressHeader, address);
}

/** An IPv4 address that came in over IPv6 (`::ffff:192.0.2.1`) is written as people know it. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "unknown").replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
