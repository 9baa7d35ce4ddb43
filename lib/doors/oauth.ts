import type { AnonymousActor, ClientActor, Ctx, Sql } from "@/lib/ctx";
import { DATABASE_RETRY_AFTER_SECONDS, isDatabaseAway, robotsDatabase } from "@/lib/db";
import type { RawClientRequest } from "@/lib/identity/client-request";
import { OAuthError, type OAuthErrorCode } from "@/lib/identity/oauth-error";
import { DOCUMENT_MAX_AGE_SECONDS } from "@/lib/identity/rules";
import { log, logRefusal } from "@/lib/log";
import { noteActor } from "@/lib/requests";
import { mediaType, readBody } from "./body";
import { callerAddress } from "./caller";
import { type Method, type RouteHandler, withEveryMethod } from "./methods";
import { nonceHeader } from "./possession";
import { traceIdOf } from "./problem";

/** RFC 6749 §5.1: no answer of the token endpoint may be kept by a cache. */
const NO_STORE = { "cache-control": "no-store", pragma: "no-cache" };
/** RFC 7617 §2.1: we read both halves as UTF-8. */
const BASIC_CHALLENGE = 'Basic realm="Latchkey", charset="UTF-8"';

function errorResponse(
  status: number,
  error: string,
  description: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json(
    { error, error_description: description },
    { status, headers: { ...NO_STORE, ...headers } },
  );
}

const methodNotAllowed = (_request: Request, allow: string) =>
  errorResponse(405, "invalid_request", `Use ${allow}.`, { allow });

/** What is not worth a line for each time: the throttle says once that somebody fails too often, and a first proof has no nonce. */
const LEVELS: { readonly [code in OAuthErrorCode]?: "debug" | "trace" } = {
  slow_down: "trace",
  use_dpop_nonce: "debug",
};

/**
 * Turns whatever went wrong into the words of RFC 6749 §5.2; what is known stays in the log.
 * @param headers that the answer carries whatever it is
 */
function refusal(error: unknown, request: Request, headers: Readonly<Record<string, string>> = {}): Response {
  const [address, traceId] = [callerAddress(request.headers), traceIdOf(request.headers)];
  if (error instanceof OAuthError) {
    const { code, detail: reason } = error;
    const known = { event: "token.refused", code, reason, traceId, address };
    const level = LEVELS[code];
    if (level) log[level](known, "token refused");
    else logRefusal(known, "token refused");
    return errorResponse(error.status, error.code, error.description, {
      ...headers,
      ...(error.status === 401 && { "www-authenticate": BASIC_CHALLENGE }),
      ...(error.retryAfterSeconds !== undefined && { "retry-after": String(error.retryAfterSeconds) }),
    });
  }
  if (isDatabaseAway(error)) {
    log.error({ err: error, traceId }, "the database is away");
    return errorResponse(503, "temporarily_unavailable", "The server cannot reach its database. Try again.", {
      "retry-after": String(DATABASE_RETRY_AFTER_SECONDS),
    });
  }
  log.error({ err: error, traceId }, "an endpoint for clients failed");
  return errorResponse(500, "server_error", "The server met an unexpected condition.");
}

async function readForm(request: Request): Promise<RawClientRequest> {
  if (mediaType(request) !== "application/x-www-form-urlencoded") {
    throw new OAuthError("invalid_request", {
      says: "Send Content-Type: application/x-www-form-urlencoded.",
    });
  }
  const body = await readBody(request);
  if (!body.ok) throw new OAuthError("invalid_request", { says: `The body is ${body.problem}.` });
  const { pathname, searchParams } = new URL(request.url);
  return {
    authorization: request.headers.get("authorization"),
    dpop: request.headers.get("dpop"),
    userAgent: request.headers.get("user-agent"),
    path: pathname,
    query: searchParams,
    body: body.text,
  };
}

type Reading<T> = (ctx: Ctx<AnonymousActor, Sql>, raw: RawClientRequest) => Promise<T>;

/** `POST` with a form body; every failure is said in RFC 6749's words. */
function formEndpoint<T>(
  read: Reading<T>,
  answer: (
    read: T,
    now: Date,
    headers: Readonly<Record<string, string>>,
    request: Request,
  ) => Promise<Response> | Response,
) {
  const post: RouteHandler = async (request) => {
    const address = callerAddress(request.headers);
    const nonce = nonceHeader(request, new Date());
    try {
      const raw = await readForm(request);
      const ctx = {
        db: robotsDatabase().sql,
        actor: { kind: "anonymous", address },
        now: new Date(),
      } as const;
      return await answer(await read(ctx, raw), ctx.now, { ...NO_STORE, ...nonce }, request);
    } catch (error) {
      return refusal(error, request, nonce);
    }
  };
  return withEveryMethod({ POST: post }, methodNotAllowed);
}

/** The door of the identity server for what is answered from reads alone: a form in, JSON out. */
export function oauthEndpoint(question: Reading<object>): Record<Method, RouteHandler> {
  return formEndpoint(question, (body, _now, headers) => Response.json(body, { headers }));
}

/**
 * The door of the identity server for what a client changes: read and authenticated on the short path, then done in one
 * transaction with its event, and answered by 200 and an empty object: a body means nothing (RFC 7009 §2.2), but there are clients that
 * parse it.
 */
export function oauthDeed<T extends { readonly actor: ClientActor }>(
  read: Reading<T>,
  deed: (ctx: Ctx<ClientActor>, input: T) => Promise<void>,
): Record<Method, RouteHandler> {
  return formEndpoint(read, async (input, now, headers, request) => {
    noteActor(request.headers, input.actor.id);
    await robotsDatabase().prisma.$transaction((db) => deed({ db, actor: input.actor, now }, input));
    return Response.json({}, { headers });
  });
}

/**
 * The door of the identity server for documents anybody may read and keep for a while: metadata, keys.
 * @param make gets the short path to the database and the time
 */
export function publicDocument(
  make: (ctx: Ctx<AnonymousActor, Sql>) => object | Promise<object>,
): Record<Method, RouteHandler> {
  const get: RouteHandler = async (request) => {
    const address = callerAddress(request.headers);
    try {
      const ctx = {
        db: robotsDatabase().sql,
        actor: { kind: "anonymous", address },
        now: new Date(),
      } as const;
      return Response.json(await make(ctx), {
        headers: {
          "cache-control": `public, max-age=${DOCUMENT_MAX_AGE_SECONDS}`,
          "access-control-allow-origin": "*",
        },
      });
    } catch (error) {
      return refusal(error, request);
    }
  };
  return withEveryMethod({ GET: get }, methodNotAllowed);
}

/**
 * The authorization endpoint (RFC 6749 §3.1) of a server that has no flow with one. No client has a redirect URI, so nobody is
 * redirected anywhere (§4.1.2.1).
 */
export function noAuthorizationFlow(): Record<Method, RouteHandler> {
  const answer: RouteHandler = async (request) =>
    refusal(new OAuthError("unsupported_response_type"), request);
  return withEveryMethod({ GET: answer, POST: answer }, methodNotAllowed);
}

/** Answers every address below the issuer that is none of its endpoints. */
export function noSuchOAuthEndpoint(): Record<Method, RouteHandler> {
  const answer: RouteHandler = async () =>
    errorResponse(404, "invalid_request", "There is no such endpoint. See the metadata of the issuer.");
  return withEveryMethod(
    { GET: answer, POST: answer, PUT: answer, PATCH: answer, DELETE: answer, OPTIONS: answer },
    methodNotAllowed,
  );
}
