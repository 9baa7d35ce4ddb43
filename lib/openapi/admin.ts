import { z } from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiParameters, ZodOpenApiResponsesObject } from "zod-openapi";
import { type Code, meaningOf, PROBLEMS, type ProblemStatus, problemsOf } from "@/lib/admin-api/answers";
import { jsonSchemaOf, type Schema, withoutSecrets } from "@/lib/admin-api/json-schema";
import { ADMIN_API_PATH, type Operation, type OperationMay, TAGS } from "@/lib/admin-api/operation";
import { JSON_TYPE, PROBLEM_TYPE, problemOf, refusalResponses } from "./refusals";

const TAG_SAYS: Readonly<Record<(typeof TAGS)[number], string>> = {
  Overview: "Figures of the tenant, and what was asked of the token endpoint",
  Machines: "Places that robots run from",
  Credentials: "Client secrets and keys of machines",
  Rotations: "Credentials that give way to successors",
  Hosts: "Computers that are connected",
  Processes: "What robots know how to run",
  Jobs: "Executions of processes on hosts",
  Assets: "Named values that robots fetch",
  People: "Members of the tenant and invites",
  "API clients": "Programs that administer the tenant",
  Settings: "What the tenant allows itself, and what tokens may be",
  Webhooks: "Addresses that are told what happens",
  Notifications: "What people are told",
  Record: "The audit record: what people, robots and Latchkey itself did",
  Installation: "Tenants and signing keys, for API clients that manage the installation",
};

export const ADMIN_GROUP = "Admin API";

const problem = problemOf(Object.values(PROBLEMS).flatMap(({ codes }) => [...codes])).meta({
  id: "Problem",
  description: "A problem document (RFC 9457)",
});

const REVISION = '^"[0-9]{1,9}"$';

const HEADERS = z.object({
  "If-Match": z
    .string()
    .regex(new RegExp(REVISION))
    .meta({ description: "The `ETag` of what was read: the change is made to that revision, or not at all" }),
  "Idempotency-Key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .meta({
      description:
        "Sent again with the same key within 24 hours, the request is done once, and its answer repeated without the values of secrets",
    }),
});

const dryRun = z
  .enum(["true", "false"])
  .default("false")
  .meta({ description: "`true` answers what it would cut, and does nothing" });

const nameOf = (status: ProblemStatus) => `Problem${status}`;

/** Who may do it, in words. */
export function mayInWords(may: OperationMay): string {
  if (may === "read") return "Any API client of the tenant";
  if (may === "installation") return "An API client that manages the installation";
  return `An API client whose role has the permission \`${may}\``;
}

function descriptionOf({ description, may, isSensitive }: Operation): string {
  const confirmation =
    "People confirm it with their password: the API client needs the permission to do without.";
  return [description, `${mayInWords(may)}.`, isSensitive && confirmation].filter(Boolean).join("\n\n");
}

function parametersOf({ method, params, query, preview, hasRevision }: Operation): ZodOpenApiParameters {
  const asked = z.object({ ...query?.shape, ...(preview && { dryRun }) });
  const isChange = method !== "GET";
  const headers = HEADERS.pick({
    ...(isChange && hasRevision && { "If-Match": true }),
    ...(method === "POST" && { "Idempotency-Key": true }),
  });
  return { ...(params && { path: params }), query: asked, header: headers };
}

function answersOf(operation: Operation): ZodOpenApiResponsesObject {
  const { answer, preview, status = answer ? 200 : 204, hasRevision, summary } = operation;
  const answers: Record<number, Schema[]> = { [status]: answer ? [withoutSecrets(operation, answer)] : [] };
  if (preview) answers[200] = [...(answers[200] ?? []), jsonSchemaOf(preview)];
  const done = Object.entries(answers).map(([code, schemas]) => {
    const [only, ...others] = schemas;
    const schema = others.length > 0 ? { anyOf: schemas } : only;
    const isPreview = preview && code === "200";
    const says = isPreview && status === 200 ? `${summary}; or, with \`dryRun\`, what it would cut` : summary;
    return [
      code,
      {
        description: isPreview && status !== 200 ? "What it would cut" : says,
        ...(hasRevision && { headers: { ETag: { $ref: "#/components/headers/ETag" } } }),
        ...(schema && { content: { [JSON_TYPE]: { schema } } }),
      },
    ];
  });
  const refused = problemsOf(operation).map((code) => [
    code,
    { $ref: `#/components/responses/${nameOf(code)}` },
  ]);
  return Object.fromEntries([...done, ...refused]);
}

function operationOf(operation: Operation): ZodOpenApiOperationObject {
  const { id, tag, summary, body, may, isSensitive } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: descriptionOf(operation),
    requestParams: parametersOf(operation),
    ...(body && {
      requestBody: {
        required: true,
        content: { [JSON_TYPE]: { schema: jsonSchemaOf(z.strictObject(body.shape)) } },
      },
    }),
    responses: answersOf(operation),
    "x-permission": may,
    ...(isSensitive && { "x-needs-confirmation": true }),
  };
}

const PROBLEM_RESPONSES = refusalResponses(PROBLEMS, {
  prefix: "Problem",
  group: ADMIN_GROUP,
  mediaType: PROBLEM_TYPE,
  schema: problem,
  meaning: (code) => meaningOf(code as Code),
});

/** The problems that some operation may answer: a component that nobody names is a finding of linters. */
export function adminResponses(operations: readonly Operation[]) {
  const named = new Set(operations.flatMap(problemsOf).map(nameOf));
  return Object.fromEntries(Object.entries(PROBLEM_RESPONSES).filter(([name]) => named.has(name)));
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** A list, what is added to it, then what is done to one: in whatever order the contract's files are read. */
const inOrder = (one: Operation, other: Operation) =>
  one.path.localeCompare(other.path, "en") || METHODS.indexOf(one.method) - METHODS.indexOf(other.method);

/** @returns the paths of the admin API, as an OpenAPI document has them */
export function adminPaths(operations: readonly Operation[]) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of operations.toSorted(inOrder)) {
    const path = `${ADMIN_API_PATH}${operation.path}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationOf(operation) };
  }
  return paths;
}

/** @returns the tags that operations have, each with what it is */
export const adminTags = (operations: readonly Operation[]) =>
  TAGS.filter((name) => operations.some(({ tag }) => tag === name)).map((name) => ({
    name,
    description: TAG_SAYS[name],
  }));

/** What every document has that has such operations. */
export const ADMIN_HEADERS = {
  ETag: { description: "The revision, for `If-Match`", schema: { type: "string", pattern: REVISION } },
} as const;
