import { z } from "zod";
import {
  createDocument,
  type oas31,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiParameters,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import { ADMIN_SCOPE } from "@/lib/identity/scopes";
import { meaningOf, PROBLEMS, type ProblemStatus, problemsOf } from "./answers";
import { OPERATIONS } from "./contract";
import { jsonSchemaOf, type Schema, withoutPattern, withoutSecrets } from "./json-schema";
import { ADMIN_API_PATH, type Operation, type OperationMay, TAGS } from "./operation";

const INTRODUCTION = `Everything that people do in the portal, for programs: scripts, pipelines, other systems.

An API client of the tenant buys an access token with the grant \`client_credentials\` and sends it as \`Authorization: Bearer …\`. What it may
is what its role may, at that moment. Members are named in camelCase, instants are RFC 3339. A refusal is a problem document (RFC 9457):
decide by its \`code\`; sentences are for people, and may change.`;

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

const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.values(PROBLEMS).flatMap(({ codes }) => [...codes])),
    detail: z.string().meta({ description: "For people; it may change" }),
    traceId: z.string().meta({ description: "The server's log says more under it" }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: "The members or parameters that are not as they should be" }),
  })
  .meta({ id: "Problem", description: "A problem document (RFC 9457)" });

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

const PROBLEM_RESPONSES = Object.fromEntries(
  Object.entries(PROBLEMS).map(([status, { says, codes }]) => [
    nameOf(Number(status) as ProblemStatus),
    {
      description: [says, codes.map((code) => `- \`${code}\`: ${meaningOf(code)}`).join("\n")].join("\n\n"),
      "x-status": Number(status),
      "x-codes": Object.fromEntries(codes.map((code) => [code, meaningOf(code)])),
      content: { [PROBLEM_TYPE]: { schema: problem } },
    },
  ]),
);

/** The problems that some operation may answer: a component that nobody names is a finding of linters. */
function problemResponses(operations: readonly Operation[]) {
  const named = new Set(operations.flatMap(problemsOf).map(nameOf));
  return Object.fromEntries(Object.entries(PROBLEM_RESPONSES).filter(([name]) => named.has(name)));
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** A list, what is added to it, then what is done to one: in whatever order the contract's files are read. */
const inOrder = (one: Operation, other: Operation) =>
  one.path.localeCompare(other.path, "en") || METHODS.indexOf(one.method) - METHODS.indexOf(other.method);

function pathsOf(operations: readonly Operation[]) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of operations.toSorted(inOrder)) {
    const path = `${ADMIN_API_PATH}${operation.path}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationOf(operation) };
  }
  return paths;
}

/**
 * The OpenAPI document of the admin API, as its contract says.
 * @param origin where the server is found, e.g. `https://latchkey.example.com`
 */
export function adminDocument(origin: string, operations = OPERATIONS) {
  const tags = TAGS.filter((name) => operations.some(({ tag }) => tag === name)).map((name) => ({
    name,
    description: TAG_SAYS[name],
  }));
  const given: ZodOpenApiObject = {
    openapi: "3.1.0",
    info: { title: "Latchkey admin API", version: "1", description: INTRODUCTION },
    servers: [{ url: origin }],
    security: [{ apiClient: [ADMIN_SCOPE] }],
    tags,
    "x-tagGroups": [{ name: "Admin API", tags: tags.map(({ name }) => name) }],
    paths: pathsOf(operations),
    components: {
      headers: {
        ETag: {
          description: "The revision, for `If-Match`",
          schema: { type: "string", pattern: REVISION },
        },
      },
      responses: problemResponses(operations),
      securitySchemes: {
        apiClient: {
          type: "oauth2",
          description: "The token endpoint takes the API client's client secret or key.",
          flows: {
            clientCredentials: {
              tokenUrl: `${origin}/api/identity/connect/token`,
              scopes: { [ADMIN_SCOPE]: "To administer the tenant" },
            },
          },
        },
      },
    },
  };
  return createDocument(given, { override: withoutPattern }) as oas31.OpenAPIObject;
}
