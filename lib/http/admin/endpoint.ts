import type { ApiAnswer, ApiHandler, ApiRequest } from "@/lib/api-request";
import { ADMIN, answering } from "@/lib/http/answering";
import { type Method, type RouteHandler, withEveryMethod } from "@/lib/http/methods";
import { ProblemError, problemAnswer } from "@/lib/http/problem";
import { directHandler } from "@/lib/http/web-request";
import { answerOperation } from "./door";
import type { Implemented } from "./implement";

/** One address: the segments of its path, those in braces with a name, and what is done there. */
type Address = { readonly segments: readonly string[]; readonly methods: Map<string, Implemented> };

const isName = (segment: string) => segment.startsWith("{");

function addressesOf(implemented: readonly Implemented[]): readonly Address[] {
  const byPath = new Map<string, Address>();
  for (const one of implemented) {
    const { path, method } = one.operation;
    const known = byPath.get(path) ?? { segments: path.slice(1).split("/"), methods: new Map() };
    byPath.set(path, known);
    known.methods.set(method, one);
  }
  // What is written out goes before what has a name in its place.
  const names = ({ segments }: Address) => segments.filter(isName).length;
  return [...byPath.values()].sort((one, other) => names(one) - names(other));
}

function paramsIn({ segments }: Address, asked: readonly string[]): Record<string, string> | null {
  if (segments.length !== asked.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const said = asked[index] ?? "";
    if (isName(segment)) params[segment.slice(1, -1)] = said;
    else if (segment !== said) return null;
  }
  return params;
}

const segmentsOf = ({ params }: ApiRequest): readonly string[] => [params.path ?? []].flat();

/**
 * The addresses of the admin API. Everything is answered here: what is no address of it with 404, what does not know the method with 405.
 */
export function adminApi(implemented: readonly Implemented[]): Record<Method, RouteHandler> {
  const addresses = addressesOf(implemented);
  const find = (request: ApiRequest) => {
    const asked = segmentsOf(request);
    for (const address of addresses) {
      const params = paramsIn(address, asked);
      if (params) return { address, params };
    }
    throw new ProblemError({ status: 404, code: "resource_not_found", detail: "There is no such address." });
  };
  const refuseMethod = (request: ApiRequest, allow: string): ApiAnswer =>
    problemAnswer(
      { status: 405, code: "method_not_allowed", detail: `This address knows ${allow}.`, headers: { allow } },
      request.traceId,
    );
  const handle: ApiHandler = async (request) => {
    const { address, params } = find(request);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const one = address.methods.get(method);
    if (one) return answerOperation(request, one, params);
    const allow = [
      ...address.methods.keys(),
      ...(address.methods.has("GET") ? ["HEAD"] : []),
      "OPTIONS",
    ].join(", ");
    if (method === "OPTIONS") return { status: 204, headers: { allow }, body: null };
    return refuseMethod(request, allow);
  };
  const handler = directHandler(answering(handle, ADMIN));
  const all = {
    GET: handler,
    HEAD: handler,
    POST: handler,
    PUT: handler,
    PATCH: handler,
    DELETE: handler,
    OPTIONS: handler,
  };
  return withEveryMethod(all, refuseMethod);
}
