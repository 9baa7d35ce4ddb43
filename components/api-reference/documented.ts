import type { oas31 } from "zod-openapi";

export type Schema = oas31.SchemaObject;

export type Content = { readonly mediaType: string; readonly schema: Schema };

/** An operation of an OpenAPI document, as its page shows it. */
export type DocumentedOperation = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  /** By paragraphs. */
  readonly description: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly place: string;
    readonly isRequired: boolean;
    readonly schema: Schema;
  }[];
  readonly body: Content | undefined;
  readonly answers: readonly {
    readonly status: string;
    readonly says: string;
    readonly content: Content | undefined;
  }[];
  readonly refusals: readonly { readonly status: string; readonly name: string }[];
};

export type DocumentedTag = {
  readonly name: string;
  readonly says: string;
  readonly operations: readonly DocumentedOperation[];
};

/** An OpenAPI document by API and tag, as its pages show it. */
export type Documented = {
  readonly introduction: readonly string[];
  readonly groups: readonly { readonly name: string; readonly tags: readonly DocumentedTag[] }[];
  readonly problems: readonly {
    /** Of which API. */
    readonly group: string;
    /** By which refusals of operations name it. */
    readonly name: string;
    readonly status: number;
    readonly says: string;
    readonly codes: readonly { readonly code: string; readonly means: string }[];
  }[];
};

const paragraphs = (text = "") => text.split("\n\n").map((each) => each.replaceAll("\n", " "));

function contentOf(content: oas31.ContentObject | undefined): Content | undefined {
  const [only] = Object.entries(content ?? {});
  return only && { mediaType: only[0], schema: (only[1]?.schema ?? {}) as Schema };
}

function operationOf(path: string, method: string, given: oas31.OperationObject): DocumentedOperation {
  const responses = Object.entries(
    (given.responses ?? {}) as Record<string, oas31.ResponseObject & { $ref?: string }>,
  );
  const parameters = (given.parameters ?? []) as readonly oas31.ParameterObject[];
  return {
    id: given.operationId ?? `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    summary: given.summary ?? "",
    description: paragraphs(given.description),
    parameters: parameters.map(({ name, in: place, required, schema = {} }) => ({
      name,
      place,
      isRequired: required ?? false,
      schema: schema as Schema,
    })),
    body: contentOf((given.requestBody as oas31.RequestBodyObject | undefined)?.content),
    answers: responses
      .filter(([status]) => Number(status) < 400)
      .map(([status, { description: says, content }]) => ({ status, says, content: contentOf(content) })),
    refusals: responses
      .filter(([status]) => Number(status) >= 400)
      .map(([status, { $ref }]) => ({ status, name: $ref?.split("/").at(-1) ?? "" })),
  };
}

type TagGroup = { readonly name: string; readonly tags: readonly string[] };

/** @returns what an OpenAPI document says, in the order in which it is read */
export function readDocument(document: oas31.OpenAPIObject): Documented {
  const { info, tags = [], paths = {}, components } = document;
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, oas31.OperationObject>).map(([method, given]) => ({
      tag: given.tags?.[0],
      operation: operationOf(path, method, given),
    })),
  );
  const tagOf = (name: string): DocumentedTag => ({
    name,
    says: tags.find((tag) => tag.name === name)?.description ?? "",
    operations: all.filter(({ tag }) => tag === name).map(({ operation }) => operation),
  });
  const groups = document["x-tagGroups"] as readonly TagGroup[];
  const responses = (components?.responses ?? {}) as Record<string, oas31.ResponseObject>;
  return {
    introduction: paragraphs(info.description),
    groups: groups.map(({ name, tags: names }) => ({ name, tags: names.map(tagOf) })),
    problems: Object.entries(responses).map(
      ([name, { description, "x-status": status, "x-group": group, "x-codes": codes }]) => ({
        group,
        name,
        status,
        says: paragraphs(description)[0] ?? "",
        codes: Object.entries(codes as Record<string, string>).map(([code, means]) => ({ code, means })),
      }),
    ),
  };
}
