import type { ApiAnswer, ApiRequest } from "@/lib/api-request";
import { routeHandler } from "./web-request";

/** What Next.js and the mount in server.ts both call: a web-standard request in, a response out. */
export type RouteHandler = (
  request: Request,
  context: { readonly params: Promise<Record<string, string | string[] | undefined>> },
) => Promise<Response>;

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export type Method = (typeof METHODS)[number];

/**
 * Fills up the methods an address does not have, so that both ways to it answer the same: HEAD like GET, OPTIONS with
 * the list, all others 405 with `Allow` (RFC 9110 §15.5.6).
 * @param refuse makes the 405 in the dialect of the door
 */
export function withEveryMethod(
  handlers: Partial<Record<Method, RouteHandler>>,
  refuse: (request: ApiRequest, allow: string) => ApiAnswer,
): Record<Method, RouteHandler> {
  const known = { ...handlers };
  if (known.GET) known.HEAD ??= known.GET;
  const allow = METHODS.filter((method) => known[method] || method === "OPTIONS").join(", ");
  known.OPTIONS ??= async () => new Response(null, { status: 204, headers: { allow } });
  const refusal = routeHandler(async (request) => refuse(request, allow));
  const entries = METHODS.map((method) => [method, known[method] ?? refusal] as const);
  return Object.fromEntries(entries) as Record<Method, RouteHandler>;
}
