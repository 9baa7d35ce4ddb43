import type { z } from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from "zod-openapi";
import { jsonSchemaOf } from "@/lib/admin-api/json-schema";
import type { TokenScope } from "@/lib/token-policy/schema";
import type { RefusalName } from "./refusals";

type Answer = {
  readonly says: string;
  /** Of what is answered; nothing without it. */
  readonly schema?: z.ZodType;
  /** `application/json` unless it is given. */
  readonly mediaType?: string;
};

/** An operation of the identity server or of the orchestrator, with the schema that its handler parses with. */
export type Described = {
  readonly id: string;
  readonly method: "get" | "post" | "patch" | "delete";
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Who may ask: a robot whose token has the scope, a client that shows its credential, anybody. */
  readonly as: TokenScope | "client" | "anybody";
  /** What is read: the names in the path, and the rest in the body. */
  readonly input?: z.ZodObject;
  /** That of the body; `application/json` unless it is given. */
  readonly bodyType?: "application/json" | "application/x-www-form-urlencoded";
  /** Of the body, where it is more than members. */
  readonly body?: z.ZodType;
  readonly headers?: z.ZodObject;
  readonly answers: Readonly<Record<number, Answer>>;
  readonly refuses: readonly RefusalName[];
};

function securityOf(as: Described["as"]): Record<string, string[]>[] {
  if (as === "anybody") return [];
  // The credential may stand in the form as well.
  if (as === "client") return [{ client: [] }, {}];
  return [{ robot: [as] }];
}

const namesIn = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
const masked = (names: readonly string[]): Record<string, true> =>
  Object.fromEntries(names.map((name) => [name, true]));

function requestOf({ path, input, body, bodyType = "application/json", headers }: Described) {
  const named = namesIn(path);
  const members = input?.omit(masked(named));
  const said = body ?? (members && Object.keys(members.shape).length > 0 ? members : undefined);
  const isRequired = said !== undefined && !said.safeParse({}).success;
  return {
    requestParams: {
      ...(input && named.length > 0 && { path: input.pick(masked(named)) }),
      ...(headers && { header: headers }),
    },
    ...(said && {
      requestBody: { required: isRequired, content: { [bodyType]: { schema: jsonSchemaOf(said) } } },
    }),
  };
}

function responseOf({ says, schema, mediaType = "application/json" }: Answer): ZodOpenApiResponseObject {
  return {
    description: says,
    ...(schema && { content: { [mediaType]: { schema: jsonSchemaOf(schema) } } }),
  };
}

function operationOf(described: Described): ZodOpenApiOperationObject {
  const { id, tag, summary, description, as, answers, refuses } = described;
  const done = Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)]);
  const refused = refuses.map((name) => [name.slice(-3), { $ref: `#/components/responses/${name}` }]);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    security: securityOf(as),
    ...requestOf(described),
    responses: Object.fromEntries([...done, ...refused]),
  };
}

/** @returns the paths of the operations, as an OpenAPI document has them */
export function pathsOfDescribed(operations: readonly Described[]) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const described of operations) {
    const { path, method } = described;
    paths[path] = { ...paths[path], [method]: operationOf(described) };
  }
  return paths;
}
