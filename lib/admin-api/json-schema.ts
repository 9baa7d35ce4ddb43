import { z } from "zod";
import type { oas31 } from "zod-openapi";
import type { Operation } from "./operation";

/** A JSON Schema (draft 2020-12), as OpenAPI 3.1 has it. */
export type Schema = oas31.SchemaObject;

/** Called for each schema: what its format says needs no pattern of half a line. */
export function withoutPattern({
  jsonSchema,
}: {
  readonly jsonSchema: { format?: unknown; pattern?: unknown };
}): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
}

/** What is made of itself, as JSON is, stands for any JSON. */
function withoutDefinitions(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDefinitions);
  if (typeof schema !== "object" || schema === null) return schema;
  if ("$ref" in schema) return { description: "Any JSON" };
  const members = Object.entries(schema).filter(([name]) => name !== "$defs");
  return Object.fromEntries(members.map(([name, value]) => [name, withoutDefinitions(value)]));
}

/** @returns what a value looks like as JSON, on its way in and on its way out alike */
export function jsonSchemaOf(schema: z.ZodType): Schema {
  const { $schema, ...made } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: withoutPattern,
  });
  return ("$defs" in made ? withoutDefinitions(made) : made) as Schema;
}

function optional(schema: unknown, names: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((each) => optional(each, names));
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.entries(schema).map(([name, value]) => [
    name,
    name === "required" && Array.isArray(value)
      ? value.filter((member) => !names.includes(member))
      : optional(value, names),
  ]);
  return Object.fromEntries(members);
}

/** @returns the answer of an operation, in which the values of secrets may be missing: where it is repeated they are */
export function withoutSecrets({ secrets, method }: Operation, answer: z.ZodType): Schema {
  const schema = jsonSchemaOf(answer);
  if (!secrets || method !== "POST") return schema;
  const { properties, ...rest } = optional(schema, secrets) as Schema;
  const secretsShown: Schema = {
    type: "boolean",
    const: true,
    description: "The answer is repeated: the values of secrets are left out, as they were shown",
  };
  return { ...rest, properties: { ...properties, secretsShown } };
}
