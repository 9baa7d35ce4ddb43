import type { z } from "zod";
import type { ApiAnswer } from "@/lib/api-request";
import type { Asked, Ctx, Db, RobotActor, Sql } from "@/lib/ctx";
import { inSharedTransaction, inTransaction, robotsDatabase } from "@/lib/db";
import { answering } from "@/lib/http/answering";
import { nonceHeader } from "@/lib/http/dpop-nonce";
import { readInput } from "@/lib/http/json-body";
import { type Method, type RouteHandler, withEveryMethod } from "@/lib/http/methods";
import { ProblemError, problemAnswer } from "@/lib/http/problem";
import { directHandler, routeHandler } from "@/lib/http/web-request";
import type { AuthenticatedClient } from "@/lib/identity/credential-row";
import type { Scope } from "@/lib/identity/scopes";
import { presumeRobot, requireRobot } from "./bearer";
import { inTurnOfMachine, inTurnOfRow } from "./turns";

const NO_STORE = { "cache-control": "no-store" };
const JSON_NO_STORE = { "content-type": "application/json", ...NO_STORE };

/** @returns data as JSON that no cache keeps; nothing as 204 */
export const jsonAnswer = (
  data: unknown,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): ApiAnswer =>
  data === undefined
    ? { status: 204, headers: { ...NO_STORE, ...headers }, body: null }
    : { status, headers: { ...JSON_NO_STORE, ...headers }, body: JSON.stringify(data) };

type Doing<I, D> = (ctx: Ctx<RobotActor, D>, input: I) => Promise<unknown>;

type Run<S extends z.ZodObject> = (actor: RobotActor, now: Date, input: z.output<S>) => Promise<unknown>;

function robotHandler<S extends z.ZodObject>(
  scope: Scope,
  schema: S,
  run: Run<S>,
  { status = 200, maxBodyBytes }: { readonly status?: number; readonly maxBodyBytes?: number } = {},
): RouteHandler {
  return directHandler(
    answering(async (request) => {
      const now = new Date();
      const { actor } = await requireRobot(robotsDatabase().sql, request, scope, now);
      const data = await run(actor, now, await readInput(request, schema, maxBodyBytes));
      return jsonAnswer(data, status, nonceHeader(request));
    }),
  );
}

type DeedOptions<I> = {
  /** Names the row that the deed holds: of a robot's deeds on it each waits for the one before. */
  readonly row: (input: I) => string;
  /** Does it for all who ask at this moment in one transaction; null for each that must wait, be refused, or is otherwise unlike most. */
  readonly together?: (db: Db, asked: readonly Asked<I>[]) => Promise<readonly (object | null)[]>;
  /** That of success; no data answers 204. */
  readonly status?: number;
  /** 64 KiB without it. */
  readonly maxBodyBytes?: number;
};

/** A deed of a robot: one transaction, with its events, of its own or with other robots. */
export function robotDeed<S extends z.ZodObject>(
  scope: Scope,
  schema: S,
  deed: Doing<z.output<S>, Db>,
  { row, together, ...options }: DeedOptions<z.output<S>>,
): RouteHandler {
  const withOthers = together && inSharedTransaction(robotsDatabase, together, ({ actor }) => actor.id);
  const alone = (actor: RobotActor, now: Date, input: z.output<S>) =>
    inTurnOfMachine(actor, () => inTransaction(robotsDatabase(), (db) => deed({ db, actor, now }, input)));
  const run: Run<S> = (actor, now, input) =>
    inTurnOfRow(
      actor,
      row(input),
      async () => (await withOthers?.({ actor, now, input })) ?? alone(actor, now, input),
    );
  return robotHandler(scope, schema, run, options);
}

type Pulse<I, T> = {
  /** Does it in the statement that asks whether the caller stands; null where it must be done in the ordinary way. */
  readonly atOnce: (ctx: Ctx<RobotActor, Sql>, input: I, version: string) => Promise<T | null>;
  /** @param inTurn has the work on its row done in turn, where it must wait for it */
  readonly deed: (
    ctx: Ctx<RobotActor, Sql>,
    input: I,
    inTurn: (work: () => Promise<T>) => Promise<T>,
  ) => Promise<T>;
  readonly row: (input: I) => string;
};

/** What a fleet does hundreds of times a second: one statement for all who ask at this moment, no transaction, no event. */
export function robotHotEndpoint<S extends z.ZodObject, T>(
  scope: Scope,
  schema: S,
  { atOnce, deed, row }: Pulse<z.output<S>, T>,
): RouteHandler {
  return directHandler(
    answering(async (request) => {
      const now = new Date();
      const db = robotsDatabase().sql;
      const presumed = await presumeRobot(db, request, scope, now);
      const reading = presumed && readInput(request, schema);
      // What is wrong with the body is said to who stands.
      const early = await reading?.catch(() => null);
      if (presumed && early) {
        const { actor, version } = presumed;
        const done = await atOnce({ db, actor, now }, early, version);
        if (done !== null) return jsonAnswer(done, 200, nonceHeader(request));
      }
      const { actor } = await requireRobot(db, request, scope, now);
      const input = await (reading ?? readInput(request, schema));
      const inTurn = (work: () => Promise<T>) => inTurnOfRow(actor, row(input), work);
      return jsonAnswer(await deed({ db, actor, now }, input, inTurn), 200, nonceHeader(request));
    }),
  );
}

/** A question of a robot. */
export function robotQuestion<S extends z.ZodObject>(
  scope: Scope,
  schema: S,
  query: Doing<z.output<S>, Db>,
): RouteHandler {
  return robotHandler(scope, schema, (actor, now, input) =>
    query({ db: robotsDatabase().prisma, actor, now }, input),
  );
}

/** What a robot is told of itself: what was read to let it in, and nothing more. */
export function robotSelf(scope: Scope, view: (client: AuthenticatedClient) => object): RouteHandler {
  return directHandler(
    answering(async (request) => {
      const { client } = await requireRobot(robotsDatabase().sql, request, scope, new Date());
      return jsonAnswer(view(client), 200, nonceHeader(request));
    }),
  );
}

/** What anybody may ask of the orchestrator: how to authenticate. */
export function openQuestion(make: () => object): RouteHandler {
  return directHandler(answering(async () => jsonAnswer(make(), 200)));
}

/** Answers every address of the orchestrator that has no resource. */
export const noSuchResource: RouteHandler = routeHandler(
  answering(async () => {
    throw new ProblemError({ status: 404, code: "resource_not_found", detail: "There is no such resource." });
  }),
);

/** An address of the orchestrator with its methods; the others answer 405. */
export function robotResource(handlers: Partial<Record<Method, RouteHandler>>): Record<Method, RouteHandler> {
  return withEveryMethod(handlers, (request, allow) =>
    problemAnswer(
      {
        status: 405,
        code: "method_not_allowed",
        detail: `This resource knows ${allow}.`,
        headers: { allow },
      },
      request.traceId,
    ),
  );
}
