import {
  type ApiAnswer,
  type ApiHandler,
  type ApiRequest,
  type Direct,
  type Params,
  traceIdIn,
} from "@/lib/api-request";
import { noteActor } from "@/lib/requests";
import { callerAddress } from "./caller";
import type { RouteHandler } from "./methods";

async function bytesOf(request: Request, max: number): Promise<Uint8Array | null> {
  const announced = request.headers.get("content-length");
  // HTTP lets no more bytes through than Content-Length says, and reading them at once costs a quarter of reading a stream.
  if (announced !== null) {
    return Number(announced) > max ? null : new Uint8Array(await request.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > max) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @returns the answer as Next.js takes it */
export const responseOf = ({ status, headers, body }: ApiAnswer): Response =>
  new Response(body, { status, headers });

/** @returns the request that Next.js hands over, as the handlers read it */
export function apiRequest(request: Request, params: Params = {}): ApiRequest {
  const { headers, method } = request;
  const { pathname: path, searchParams: query } = new URL(request.url);
  return {
    method,
    path,
    query,
    params,
    address: callerAddress(headers),
    get traceId() {
      return traceIdIn(headers.get("traceparent"));
    },
    get signal() {
      return request.signal;
    },
    header: (name) => headers.get(name),
    bytes: (max) => bytesOf(request, max),
    noteActor: (id) => noteActor(headers, id),
  };
}

/** @returns the handler as Next.js and the mount call it */
export function routeHandler(handle: ApiHandler): RouteHandler {
  return async (request, context) => {
    return responseOf(await handle(apiRequest(request, await context.params)));
  };
}

/** The same for what is answered at once and as a whole, which the process may call itself. */
export const directHandler = (handle: ApiHandler): RouteHandler & Direct =>
  Object.assign(routeHandler(handle), { direct: handle });
