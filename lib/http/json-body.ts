import type { z } from "zod";
import type { ApiRequest } from "@/lib/api-request";
import { BODY_MAX_BYTES, mediaType, readBody, type WithBody } from "@/lib/http/body";
import { ProblemError } from "@/lib/http/problem";
import { JSON_MAX_DEPTH, type JsonFault, jsonFaults } from "@/lib/json-text";

/** What a body that says nothing is taken for. */
const EMPTY_BODY = "{}";

/** @returns the body's text, `{}` where there is none @throws ProblemError */
async function readText(request: WithBody, maxBytes: number): Promise<string> {
  const body = await readBody(request, maxBytes);
  if (!body.ok) {
    throw body.problem === "too large"
      ? new ProblemError({
          status: 413,
          code: "body_too_large",
          detail: `The body is larger than ${maxBytes / 1024} KiB.`,
        })
      : new ProblemError({ status: 400, code: "invalid_json", detail: "The body is not UTF-8." });
  }
  if (body.text !== "" && mediaType(request) !== "application/json") {
    throw new ProblemError({
      status: 415,
      code: "unsupported_media_type",
      detail: "Send the body with Content-Type: application/json.",
    });
  }
  return body.text || EMPTY_BODY;
}

/** @returns the body, a JSON object, with every member that was sent @throws ProblemError */
export async function readJsonObject(
  request: WithBody,
  maxBytes = BODY_MAX_BYTES,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(request, maxBytes);
  const body = parseObject(text);
  // No more than are told: each costs time, and a body may have a million.
  const faults: JsonFault[] = [];
  for (const fault of jsonFaults(text, JSON_MAX_DEPTH + 1)) if (faults.push(fault) === FAULTS_TOLD) break;
  if (faults.length > 0) throw badBody(faults);
  return body;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ProblemError({
      status: 400,
      kind: "invalid-json",
      code: "invalid_json",
      detail: "The body is not JSON.",
    });
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return { ...body };
  throw new ProblemError({
    status: 400,
    kind: "invalid-body",
    code: "invalid_body",
    detail: "The body must be a JSON object.",
  });
}

/** How many faults of one request are told. */
export const FAULTS_TOLD = 100;

/** @returns the first of the faults as members of a problem document, and all of them in a sentence that names no more than those */
export function toldFaults(faults: readonly JsonFault[]) {
  const errors = faults.slice(0, FAULTS_TOLD).map(({ path, detail }) => ({ field: path.join("."), detail }));
  const more = faults.length - errors.length;
  const said = errors.map(({ field, detail }) => (field ? `${field}: ${detail}` : detail));
  return { errors, said: [...said, ...(more > 0 ? [`and ${more} more`] : [])].join("; ") };
}

/** @returns what zod found, as faults */
export const faultsOf = (issues: readonly z.core.$ZodIssue[]): readonly JsonFault[] =>
  issues.map(({ path, message }) => ({ path: path.map(String), detail: message }));

/** @returns the refusal of a body, with its members */
export function badBody(faults: readonly JsonFault[]): ProblemError {
  const { errors, said } = toldFaults(faults);
  return new ProblemError({
    status: 400,
    kind: "invalid-body",
    code: "invalid_body",
    detail: `The body is not as it should be: ${said}`,
    members: { errors },
  });
}

/** The members that the schema knows. One that may be left out is left out as well by null, which serializers write for it. */
function membersOf(text: string, { shape }: z.ZodObject): Readonly<Record<string, unknown>> {
  if (text === EMPTY_BODY) return {};
  const isKnown = ([name]: readonly [string, unknown]) => Object.hasOwn(shape, name);
  const isLeftOut = (field: z.ZodType) => field.isOptional() && !field.isNullable();
  const members = Object.entries(parseObject(text)).filter(isKnown);
  for (const { path, detail } of jsonFaults(text, JSON_MAX_DEPTH + 1)) {
    if (Object.hasOwn(shape, path[0] ?? "")) throw badBody([{ path, detail }]);
  }
  return Object.fromEntries(
    members.filter(([name, value]) => value !== null || !isLeftOut(shape[name] as z.ZodType)),
  );
}

/** What the caller said, checked: the JSON body, and the ids in the address over it. */
export async function readInput<S extends z.ZodObject>(
  request: ApiRequest,
  schema: S,
  maxBodyBytes = BODY_MAX_BYTES,
): Promise<z.output<S>> {
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  const body = hasBody ? membersOf(await readText(request, maxBodyBytes), schema) : {};
  const named = request.params;
  const parsed = schema.safeParse({ ...body, ...named });
  if (parsed.success) return parsed.data;
  // What stands in the address names a resource; a name that cannot be one names none.
  if (parsed.error.issues.some(({ path }) => String(path[0]) in named)) {
    throw new ProblemError({ status: 404, code: "resource_not_found", detail: "There is no such resource." });
  }
  throw badBody(faultsOf(parsed.error.issues));
}
