import { type ApiAnswer, type ApiHandler, type ApiRequest, json } from "@/lib/api-request";
import type { AnonymousActor, ClientActor, Ctx, Sql } from "@/lib/ctx";
import { DATABASE_RETRY_AFTER_SECONDS, inTransaction, isDatabaseAway, robotsDatabase } from "@/lib/db";
import { mediaType, readBody } from "@/lib/http/body";
import { nonceHeader } from "@/lib/http/dpop-nonce";
import { type Method, type RouteHandler, withEveryMethod } from "@/lib/http/methods";
import { directHandler, routeHandler } from "@/lib/http/web-request";
import type { RawClientRequest } from "@/lib/identity/client-request";
import { OAuthError, type OAuthErrorCode } from "@/lib/identity/oauth-error";
import { DOCUMENT_MAX_AGE_SECONDS } from "@/lib/identity/rules";
import { log, logRefusal } from "@/lib/log";

/** RFC 6749 §5.1: no answer of the token endpoint may be kept by a cache. */
const NO_STORE = { "cache-control": "no-store", pragma: "no-cache" };
/** RFC 7617 §2.1: we read both halves as UTF-8. */
const BASIC_CHALLENGE = 'Basic realm="Latchkey", charset="UTF-8"';

function errorAnswer(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): ApiAnswer {
  return json({ error, error_description: description }, status, { ...NO_STORE, ...headers });
}

const methodNotAllowed = (_request: ApiRequest, allow: string) =>
  errorAnswer(405, "invalid_request", `Use ${allow}.`, { allow });

/** What is not worth a line for each time: the throttle says once that somebody fails too often, and a first proof has no nonce. */
const LEVELS: { readonly [code in OAuthErrorCode]?: "debug" | "trace" } = {
  slow_down: "trace",
  use_dpop_nonce: "debug",
};

/**
 * Turns whatever went wrong into the words of RFC 6749 §5.2; what is known stays in the log.
 * @param headers that the answer carries whatever it is
 */
function refusal(
  error: unknown,
  request: ApiRequest,
  headers: Readonly<Record<string, string>> = {},
): ApiAnswer {
  if (error instanceof OAuthError) {
    logOf(error, request);
    return errorAnswer(error.status, error.code, error.description, {
      ...headers,
      ...(error.status === 401 && { "www-authenticate": BASIC_CHALLENGE }),
      ...(error.retryAfterSeconds !== undefined && { "retry-after": String(error.retryAfterSeconds) }),
    });
  }
  const { traceId } = request;
  if (isDatabaseAway(error)) {
    log.error({ err: error, traceId }, "the database is away");
    return errorAnswer(503, "temporarily_unavailable", "The server cannot reach its database. Try again.", {
      "retry-after": String(DATABASE_RETRY_AFTER_SECONDS),
    });
  }
  log.error({ err: error, traceId }, "an endpoint for clients failed");
  return errorAnswer(500, "server_error", "The server met an unexpected condition.");
}

function logOf({ code, detail: reason }: OAuthError, request: ApiRequest): void {
  const known = () => ({
    event: "token.refused",
    code,
    reason,
    traceId: request.traceId,
    address: request.address,
  });
  const level = LEVELS[code];
  if (!level) logRefusal(known, "token refused");
  else if (log.isLevelEnabled(level)) log[level](known(), "token refused");
}

async function readForm(request: ApiRequest): Promise<RawClientRequest> {
  if (mediaType(request) !== "application/x-www-form-urlencoded") {
    throw new OAuthError("invalid_request", {
      says: "Send Content-Type: application/x-www-form-urlencoded.",
    });
  }
  const body = await readBody(request);
  if (!body.ok) throw new OAuthError("invalid_request", { says: `The body is ${body.problem}.` });
  return {
    authorization: request.header("authorization"),
    dpop: request.header("dpop"),
    userAgent: request.header("user-agent"),
    path: request.path,
    query: request.query,
    body: body.text,
  };
}

type Reading<T> = (ctx: Ctx<AnonymousActor, Sql>, raw: RawClientRequest) => Promise<T>;

const endpoint = (handlers: Partial<Record<Method, RouteHandler>>) =>
  withEveryMethod(handlers, methodNotAllowed);

const ctxOf = ({ address }: ApiRequest): Ctx<AnonymousActor, Sql> => ({
  db: robotsDatabase().sql,
  actor: { kind: "anonymous", address },
  now: new Date(),
});

/** `POST` with a form body; every failure is said in RFC 6749's words. */
function formEndpoint<T>(
  read: Reading<T>,
  answer: (read: T, now: Date, request: ApiRequest) => Promise<object> | object,
) {
  const post: ApiHandler = async (request) => {
    const nonce = nonceHeader(request);
    try {
      const raw = await readForm(request);
      const ctx = ctxOf(request);
      const body = await answer(await read(ctx, raw), ctx.now, request);
      return json(body, 200, { ...NO_STORE, ...nonce });
    } catch (error) {
      return refusal(error, request, nonce);
    }
  };
  return endpoint({ POST: directHandler(post) });
}

/** The door of the identity server for what is answered from reads alone: a form in, JSON out. */
export function oauthEndpoint(question: Reading<object>): Record<Method, RouteHandler> {
  return formEndpoint(question, (body) => body);
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
  return formEndpoint(read, async (input, now, request) => {
    request.noteActor(input.actor.id);
    await inTransaction(robotsDatabase(), (db) => deed({ db, actor: input.actor, now }, input));
    return {};
  });
}

/** @throws OAuthError that says what is wrong with the body, and nothing of what is in it */
async function readJsonBody(request: ApiRequest): Promise<unknown> {
  if (mediaType(request) !== "application/json")
    throw new OAuthError("invalid_request", { says: "Send Content-Type: application/json." });
  const body = await readBody(request);
  if (!body.ok) throw new OAuthError("invalid_request", { says: `The body is ${body.problem}.` });
  try {
    return JSON.parse(body.text);
  } catch {
    throw new OAuthError("invalid_request", { says: "The body is not JSON." });
  }
}

/**
 * The door of the identity server for what anybody may report: JSON in, and 202 with an empty object whatever it says.
 * @param take looks at the body once the answer is on its way
 * @param turnAway called before the body is read @throws OAuthError for somebody who reports too often
 */
export function openReport(
  take: (body: unknown, address: string | null) => void,
  turnAway: (address: string | null) => void,
): Record<Method, RouteHandler> {
  const post: ApiHandler = async (request) => {
    try {
      turnAway(request.address);
      take(await readJsonBody(request), request.address);
      return json({}, 202, NO_STORE);
    } catch (error) {
      return refusal(error, request);
    }
  };
  return endpoint({ POST: directHandler(post) });
}

/**
 * The door of the identity server for documents anybody may read and keep for a while: metadata, keys.
 * @param make gets the short path to the database and the time
 */
export function publicDocument(
  make: (ctx: Ctx<AnonymousActor, Sql>) => object | Promise<object>,
): Record<Method, RouteHandler> {
  const get: ApiHandler = async (request) => {
    try {
      return json(await make(ctxOf(request)), 200, {
        "cache-control": `public, max-age=${DOCUMENT_MAX_AGE_SECONDS}`,
        "access-control-allow-origin": "*",
      });
    } catch (error) {
      return refusal(error, request);
    }
  };
  return endpoint({ GET: directHandler(get) });
}

/**
 * The authorization endpoint (RFC 6749 §3.1) of a server that has no flow with one. No client has a redirect URI, so nobody is
 * redirected anywhere (§4.1.2.1).
 */
export function noAuthorizationFlow(): Record<Method, RouteHandler> {
  const answer = routeHandler(async (request) =>
    refusal(new OAuthError("unsupported_response_type"), request),
  );
  return endpoint({ GET: answer, POST: answer });
}

/** Answers every address below the issuer that is none of its endpoints. */
export function noSuchOAuthEndpoint(): Record<Method, RouteHandler> {
  const answer = routeHandler(async () =>
    errorAnswer(404, "invalid_request", "There is no such endpoint. See the metadata of the issuer."),
  );
  return endpoint({ GET: answer, POST: answer, PUT: answer, PATCH: answer, DELETE: answer, OPTIONS: answer });
}
