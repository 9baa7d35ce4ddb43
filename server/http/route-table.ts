/** The handlers of one route module, by HTTP method, called as Next.js calls them. */
export type RouteModule = Readonly<Record<string, unknown>>;

/** What a route's dynamic segments stand for in one request. */
export type RouteParams = Record<string, string | string[]>;

/** A route found for a path. */
export type RouteMatch = { readonly module: RouteModule; readonly params: RouteParams };

/** A route as the folder tree names it, such as `/api/orchestrator/sessions/[id]`. */
export type Route = { readonly path: string; readonly module: RouteModule };

type Node = {
  statics: Map<string, Node>;
  dynamic?: { name: string; node: Node };
  catchAll?: { name: string; module: RouteModule };
  module?: RouteModule;
};

/** Segments of characters that mean the same with and without decoding; a path with any other is left to Next.js. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_~.-]+)+$/;
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/**
 * Makes the question "which route answers this path?", with Next.js's precedence: a static segment before a dynamic one before a
 * catch-all, from left to right.
 *
 * It answers only for plain paths: without `%`, empty segments, dot segments or a trailing slash. For all others it answers undefined, and Next.js,
 * which knows the same routes, decides; so both ways agree on odd addresses.
 * @returns a function from a path without its query to the route, or undefined
 */
export function routeTable(routes: readonly Route[]): (path: string) => RouteMatch | undefined {
  const statics = new Map<string, RouteMatch>();
  const root: Node = { statics: new Map() };
  for (const { path, module } of routes) {
    if (!path.includes("[")) statics.set(path, { module, params: {} });
    insert(root, path.split("/").slice(1), module);
  }
  return (path) => {
    const known = statics.get(path);
    if (known !== undefined) return known;
    if (!PLAIN_PATH.test(path) || DOT_SEGMENT.test(path)) return undefined;
    return find(root, path.split("/"), 1, {});
  };
}

function insert(root: Node, segments: readonly string[], module: RouteModule): void {
  let node = root;
  for (const segment of segments) {
    const catchAll = /^\[\.\.\.(.+)\]$/.exec(segment)?.[1];
    const dynamic = /^\[([^.].*)\]$/.exec(segment)?.[1];
    if (catchAll !== undefined) {
      node.catchAll = { name: catchAll, module };
      return;
    }
    if (dynamic !== undefined) {
      node.dynamic ??= { name: dynamic, node: { statics: new Map() } };
      node = node.dynamic.node;
    } else {
      const next = node.statics.get(segment) ?? { statics: new Map() };
      node.statics.set(segment, next);
      node = next;
    }
  }
  node.module = module;
}

function find(
  node: Node,
  segments: readonly string[],
  at: number,
  params: RouteParams,
): RouteMatch | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.module === undefined ? undefined : { module: node.module, params };
  const next = node.statics.get(segment);
  const found = next && find(next, segments, at + 1, params);
  if (found !== undefined) return found;
  const { dynamic, catchAll } = node;
  const named = dynamic && find(dynamic.node, segments, at + 1, { ...params, [dynamic.name]: segment });
  if (named !== undefined) return named;
  return catchAll && { module: catchAll.module, params: { ...params, [catchAll.name]: segments.slice(at) } };
}
