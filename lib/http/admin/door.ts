import type { Operation, OperationMay } from "@/lib/admin-api/operation";
import type { ApiAnswer, ApiRequest } from "@/lib/api-request";
import type { Ctx, Db } from "@/lib/ctx";
import { database } from "@/lib/db";
import { BODY_MAX_BYTES } from "@/lib/http/body";
import { inOwnTransaction, prepared } from "@/lib/http/deeds";
import { ProblemError } from "@/lib/http/problem";
import {
  findAnswer,
  type KeptAnswer,
  type KeyedRequest,
  keepAnswer,
  takeKey,
} from "@/lib/idempotency/commands";
import { allow, allowInstallation } from "@/lib/permissions";
import { encodeAnswer, repeatedAnswer } from "./answer";
import { type AdminApiActor, requireApiClient, requireToken } from "./bearer";
import type { Implemented } from "./implement";
import { type Asked, arrived, readAsked } from "./request";
import { takeTurn, turnsOf, withLargeBody } from "./turns";

function requireRights(actor: AdminApiActor, may: OperationMay, isSensitive: boolean): void {
  if (may === "installation") allowInstallation(actor);
  else if (may !== "read") allow(actor, may);
  if (!isSensitive || actor.mayConfirm) return;
  throw new ProblemError({
    status: 403,
    code: "confirmation_needed",
    detail:
      "People confirm this with their password. Allow this API client to do without, or do it in the portal.",
  });
}

/** What was asked, in one text that is the same for the same request. */
const textOf = ({ method, path }: ApiRequest, { input }: Asked) => JSON.stringify([method, path, input]);

/** What is answered, and what was done for it; nothing where it was answered before. */
type Outcome = { readonly answer: KeptAnswer; readonly done?: unknown };

/** Does it once for its key: in the transaction that keeps the answer. */
async function once(
  ctx: Ctx<AdminApiActor>,
  operation: Operation,
  request: KeyedRequest,
  run: (ctx: Ctx<AdminApiActor>) => Promise<unknown>,
): Promise<Outcome> {
  const known = await takeKey(ctx, request);
  if (known) return { answer: known };
  const done = await run(ctx);
  const answer = encodeAnswer(operation, done);
  await keepAnswer(ctx, request, repeatedAnswer(operation, answer));
  return { answer, done };
}

async function run(actor: AdminApiActor, request: ApiRequest, implemented: Implemented, asked: Asked) {
  const { operation, deed, question, preview, afterwards } = implemented;
  const { input, isDryRun, idempotencyKey } = asked;
  const reading = { db: database().prisma, actor, now: new Date() };
  if (isDryRun && preview) return encodeAnswer({ answer: operation.preview }, await preview(reading, input));
  if (question) return encodeAnswer(operation, await question(reading, input));
  if (!deed) throw new Error(`nothing does ${operation.id}`);
  const { tenantId, id: clientId } = actor;
  const keyed = idempotencyKey !== null && {
    tenantId,
    clientId,
    key: idempotencyKey,
    asked: textOf(request, asked),
  };
  // Before what is done outside of the transaction, such as sending a test, is done again.
  const known = keyed && (await findAnswer(reading, keyed));
  if (known) return known;
  const rest = await prepared(actor, deed, input);
  const work = async (db: Db): Promise<Outcome> => {
    const ctx = { db, actor, now: new Date() };
    if (keyed) return once(ctx, operation, keyed, rest);
    const done = await rest(ctx);
    return { answer: encodeAnswer(operation, done), done };
  };
  const { answer, done } = await inOwnTransaction(actor, deed, input, work);
  return afterwards && done !== undefined ? encodeAnswer(operation, await afterwards(actor, done)) : answer;
}

/** The revision that the answer is of, as its entity tag (RFC 9110 §8.8.3). */
function entityTag({ hasRevision }: Operation, body: string | null): Record<string, string> {
  const revision: unknown = hasRevision && body !== null ? JSON.parse(body).revision : undefined;
  return typeof revision === "number" ? { etag: `"${revision}"` } : {};
}

/** Whether more than usual is under way, or nobody says how much. */
const isLarge = (request: ApiRequest) =>
  request.header("transfer-encoding") !== null ||
  Number(request.header("content-length") ?? 0) > BODY_MAX_BYTES;

/** One request to one operation: who is it, what do they ask, may they, one transaction, the answer. @throws ProblemError, Refusal */
export async function answerOperation(
  request: ApiRequest,
  implemented: Implemented,
  params: Readonly<Record<string, string>>,
): Promise<ApiAnswer> {
  const answer = () => answerHere(request, implemented, params);
  if (implemented.operation.maxBodyBytes === undefined) return answer();
  const clientId = await requireToken(request, new Date());
  return isLarge(request) ? withLargeBody(clientId, answer) : answer();
}

async function answerHere(
  request: ApiRequest,
  implemented: Implemented,
  params: Readonly<Record<string, string>>,
): Promise<ApiAnswer> {
  const { operation } = implemented;
  // Before anybody asks who it is: what is taken from a client while its body is under way, it does not have any more.
  const sent = await arrived(request, operation);
  const actor = await requireApiClient(request, new Date());
  request.noteActor(actor.id);
  const { maxBodyBytes = BODY_MAX_BYTES } = operation;
  const bytes = (await sent.bytes(maxBodyBytes))?.length ?? maxBodyBytes;
  takeTurn(actor.id, performance.now(), turnsOf(bytes));
  // Who only looks at what would happen confirms nothing.
  const looksOnly = operation.preview !== undefined && request.query.get("dryRun") === "true";
  requireRights(actor, operation.may, (operation.isSensitive ?? false) && !looksOnly);
  const asked = await readAsked(request, sent, operation, params);
  const { status, body } = await run(actor, request, implemented, asked);
  const json = body === null ? {} : { "content-type": "application/json" };
  return {
    status,
    headers: { ...json, "cache-control": "no-store", ...entityTag(operation, body) },
    body,
  };
}
