import { z } from "zod";
import type { Operation } from "@/lib/admin-api/operation";
import type { ApiRequest } from "@/lib/api-request";
import { BODY_MAX_BYTES, type WithBody } from "@/lib/http/body";
import { badBody, faultsOf, readJsonObject, toldFaults } from "@/lib/http/json-body";
import { ProblemError } from "@/lib/http/problem";
import type { JsonFault } from "@/lib/json-text";

const NOTHING = z.object({});

const dryRun = z.enum(["true", "false"]).default("false");

/** @returns a refusal of what stands in the query, parameter by parameter */
export function badQuery(faults: readonly JsonFault[]): ProblemError {
  const { errors, said } = toldFaults(faults);
  return new ProblemError({
    status: 400,
    code: "invalid_query",
    detail: `The query is not as it should be: ${said}`,
    members: { errors },
  });
}

/** Each parameter once: of two, nobody could say which was meant. */
function readQuery(request: ApiRequest, { query = NOTHING, preview }: Operation) {
  const said = Object.fromEntries(request.query);
  const twice = [...request.query.keys()].find((name, index, names) => names.indexOf(name) !== index);
  if (twice !== undefined) throw badQuery([{ path: [twice], detail: "stands there more than once" }]);
  const parsed = z.strictObject({ ...query.shape, ...(preview && { dryRun }) }).safeParse(said);
  if (!parsed.success) throw badQuery(faultsOf(parsed.error.issues));
  const { dryRun: asked = "false", ...rest } = parsed.data as Record<string, unknown>;
  return { query: rest, isDryRun: asked === "true" };
}

async function readBody(sent: WithBody, { body, maxBodyBytes, method }: Operation) {
  if (method === "GET") return {};
  const members = await readJsonObject(sent, maxBodyBytes);
  const parsed = z.strictObject((body ?? NOTHING).shape).safeParse(members);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  throw badBody(faultsOf(parsed.error.issues));
}

/** RFC 9110 §13.1.1: the change is made to what was read, or not at all. */
function readRevision(request: ApiRequest, { hasRevision, method }: Operation) {
  if (!hasRevision || method === "GET") return {};
  const revision = /^"(\d{1,9})"$/.exec(request.header("if-match") ?? "")?.[1];
  if (revision !== undefined) return { revision: Number(revision) };
  throw new ProblemError({
    status: 428,
    code: "revision_missing",
    detail: "Say which revision you change: send If-Match with the ETag of what you read.",
  });
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

function readIdempotencyKey(request: ApiRequest, { method }: Operation): string | null {
  const key = request.header("idempotency-key");
  if (key === null || method !== "POST") return null;
  if (IDEMPOTENCY_KEY.test(key)) return key;
  throw new ProblemError({
    status: 400,
    code: "invalid_idempotency_key",
    detail: "An Idempotency-Key has 1 to 255 visible characters of ASCII, such as a UUID.",
  });
}

/** What a request asks for, checked. */
export type Asked = {
  /** What stands in path, query and body, in one, with the revision. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly isDryRun: boolean;
  readonly idempotencyKey: string | null;
};

/** @returns the request when its body is here; none is waited for where the operation has none */
export async function arrived(
  request: ApiRequest,
  { maxBodyBytes = BODY_MAX_BYTES, method }: Operation,
): Promise<WithBody> {
  const bytes = method === "GET" ? new Uint8Array() : await request.bytes(maxBodyBytes);
  return { header: (name) => request.header(name), bytes: async () => bytes };
}

/**
 * @param sent its body
 * @param params what stands in the path
 * @throws ProblemError where anything is not as the operation says
 */
export async function readAsked(
  request: ApiRequest,
  sent: WithBody,
  operation: Operation,
  params: Readonly<Record<string, string>>,
): Promise<Asked> {
  const named = (operation.params ?? NOTHING).safeParse(params);
  if (!named.success)
    throw new ProblemError({ status: 404, code: "not_found", detail: "There is no such thing." });
  const { query, isDryRun } = readQuery(request, operation);
  const idempotencyKey = readIdempotencyKey(request, operation);
  const body = await readBody(sent, operation);
  const revision = readRevision(request, operation);
  return { input: { ...query, ...body, ...named.data, ...revision }, isDryRun, idempotencyKey };
}
