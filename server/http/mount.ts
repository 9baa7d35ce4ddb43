import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Route, type RouteMatch, type RouteModule, routeTable } from "./route-table";

type Handler = (
  request: Request,
  context: { params: Promise<RouteMatch["params"]> },
) => Promise<Response> | Response;

/** Answers a request and returns true, or returns false to leave it to Next.js. */
export type Mount = (request: IncomingMessage, response: ServerResponse) => boolean;

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Mounts route handlers in front of Next.js, whose router costs more than the handlers do.
 * @param routes the routes, as the folder tree names them
 * @param origin scheme and host of the URL that handlers see, whatever the Host header says
 * @param report receives what a handler threw
 */
export function mount(routes: readonly Route[], origin: string, report: (error: unknown) => void): Mount {
  const find = routeTable(routes);
  const matches = new WeakMap<IncomingMessage, RouteMatch>();
  const listen = getRequestListener(
    (request, { incoming }) => {
      const match = "socket" in incoming ? matches.get(incoming as IncomingMessage) : undefined;
      return match === undefined ? unexpected() : answer(match, request);
    },
    {
      // Replacing the global Request and Response would change them under Next.js too.
      overrideGlobalObjects: false,
      errorHandler: (error) => {
        report(error);
        return unexpected();
      },
    },
  );

  return (request, response) => {
    const target = request.url ?? "";
    const query = target.indexOf("?");
    const match = find(query === -1 ? target : target.slice(0, query));
    if (match === undefined) return false;
    if (handlerOf(match.module, request.method ?? "") === undefined) {
      refuseMethod(match.module, response);
    } else {
      matches.set(request, match);
      request.url = origin + target;
      void listen(request, response);
    }
    return true;
  };
}

function answer(match: RouteMatch, request: Request): Promise<Response> | Response {
  const handler = handlerOf(match.module, request.method);
  return handler === undefined ? unexpected() : handler(request, { params: Promise.resolve(match.params) });
}

function handlerOf(module: RouteModule, method: string): Handler | undefined {
  const handler = METHODS.includes(method)
    ? (module[method] ?? (method === "HEAD" ? module.GET : undefined))
    : undefined;
  return typeof handler === "function" ? (handler as Handler) : undefined;
}

function refuseMethod(module: RouteModule, response: ServerResponse): void {
  const allowed = METHODS.filter((method) => handlerOf(module, method) !== undefined).join(", ");
  response.writeHead(405, { allow: allowed, "content-length": "0" }).end();
}

function unexpected(): Response {
  return Response.json(
    { type: "about:blank", title: "Internal Server Error", status: 500 },
    { status: 500, headers: { "content-type": "application/problem+json" } },
  );
}
