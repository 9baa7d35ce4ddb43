import { figuresOf, type RequestFigures } from "@/lib/request-figures";
import { type Route, type RouteModule, routeTable } from "./route-table";

/** Finds the figures that a request counts in. */
export type RequestKinds = {
  /** Of a route that was found already. */
  of(module: RouteModule): RequestFigures;
  /** Of any request, by its path without the query. */
  ofRequest(method: string, path: string): RequestFigures;
};

const FILES = /^\/_next\/|^\/(?:favicon\.ico|icon\.svg|apple-icon\.png)$/;
const CHANGES = /^\/tenants\/[^/]+\/changes$/;

/** A word for what Next.js answers. There are these and no others, whatever is asked for. */
function kindOf(method: string, path: string): string {
  if (path === "/api/metrics") return path;
  if (FILES.test(path)) return "files";
  if (path.startsWith("/api/auth/")) return "sign-in";
  if (CHANGES.test(path)) return "page changes";
  return method === "GET" || method === "HEAD" ? "pages" : "actions";
}

const KINDS = ["/api/metrics", "files", "sign-in", "page changes", "pages", "actions"];

/** @param routes the mounted ones; each has figures of its own, from the start on */
export function requestKinds(routes: readonly Route[]): RequestKinds {
  const find = routeTable(routes);
  const byModule = new Map(routes.map(({ path, module }) => [module, figuresOf(path)]));
  const others = new Map(KINDS.map((kind) => [kind, figuresOf(kind)]));
  const of = (module: RouteModule) => byModule.get(module) ?? figuresOf("pages");
  return {
    of,
    ofRequest(method, path) {
      const match = find(path);
      return match ? of(match.module) : (others.get(kindOf(method, path)) ?? figuresOf("pages"));
    },
  };
}
