import type { Operation, OperationMay } from "@/lib/admin-api/operation";
import type { ApiAnswer, ApiRequest } from "@/lib/api-request";
import type { Ctx, Db } from "@/lib/ctx";
import { database, inTransaction } from "@/lib/db";
import { prepared, timeoutOf } from "@/lib/http/deeds";
import { ProblemError } from "@/lib/http/problem";
import { type KeptAnswer, keepAnswer, takeKey } from "@/lib/idempotency/commands";
import { allow, allowInstallation } from "@/lib/permissions";
import { encodeAnswer, repeatedAnswer } from "./answer";
import { type AdminApiActor, requireApiClient, requireToken } from "./bearer";
import type { Implemented } from "./implement";
import { type Asked, arrived, readAsked } from "./request";
import { takeTurn } from "./turns";

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
  keyed: { readonly key: string; readonly asked: string },
  run: (ctx: Ctx<AdminApiActor>) => Promise<unknown>,
): Promise<Outcome> {
  const { tenantId, id: clientId } = ctx.actor;
  const request = { tenantId, clientId, ...keyed };
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
  const rest = await prepared(actor, deed, input);
  const work = async (db: Db): Promise<Outcome> => {
    const ctx = { db, actor, now: new Date() };
    if (idempotencyKey !== null)
      return once(ctx, operation, { key: idempotencyKey, asked: textOf(request, asked) }, rest);
    const done = await rest(ctx);
    return { answer: encodeAnswer(operation, done), done };
  };
  const { answer, done } = await inTransaction(database(), work, timeoutOf(deed));
  return afterwards && done !== undefined ? encodeAnswer(operation, await afterwards(actor, done)) : answer;
}

/** The revision that the answer is of, as its entity tag (RFC 9110 §8.8.3). */
function entityTag({ hasRevision }: Operation, body: string | null): Record<string, string> {
  const revision: unknown = hasRevision && body !== null ? JSON.parse(body).revision : undefined;
  return typeof revision === "number" ? { etag: `"${revision}"` } : {};
}

/** One request to one operation: who is it, what do they ask, may they, one transaction, the answer. @throws ProblemError, Refusal */
export async function answerOperation(
  request: ApiRequest,
  implemented: Implemented,
  params: Readonly<Record<string, string>>,
): Promise<ApiAnswer> {
  const { operation } = implemented;
  if (operation.maxBodyBytes !== undefined) await requireToken(request, new Date());
  // Before anybody asks who it is: what is taken from a client while its body is under way, it does not have any more.
  const sent = await arrived(request, operation);
  const actor = await requireApiClient(request, new Date());
  request.noteActor(actor.id);
  takeTurn(actor.id);
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
