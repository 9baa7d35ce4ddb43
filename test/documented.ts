import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import type { oas31 } from "zod-openapi";
import { apiDocument } from "@/lib/openapi/document";
import { ORIGIN } from "@/test/world";

const ROOT = "openapi";
const document = apiDocument(ORIGIN);

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, ROOT);

const isPathOf = (template: string, path: string) =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);

/** Where a schema stands in the document. */
const pointer = (...parts: readonly string[]) =>
  `${ROOT}#/${parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;

function expectValid(schema: string, answer: unknown, says: string): void {
  const isValid = ajv.validate({ $ref: schema }, answer);
  expect(isValid ? [] : ajv.errors, says).toEqual([]);
}

/** @returns the operation's place in the document, and what it is there; null for an address that is none of its */
function find(method: string, path: string) {
  const paths = document.paths ?? {};
  // What is written out goes before what has a name in its place.
  const templates = Object.keys(paths).filter((template) => isPathOf(template, path));
  const template = templates.find((each) => !each.includes("{")) ?? templates[0] ?? "";
  const key = method.toLowerCase();
  const operation = paths[template]?.[key as "get"];
  return operation ? { place: ["paths", template, key, "responses"], operation } : null;
}

type Answered = {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; null where there is none, and undefined where it is no JSON. */
  readonly answer: unknown;
};

/**
 * Fails unless what an API answered is what the OpenAPI document says of the operation and the status.
 * @returns the operation's id; null where the address has none
 */
export function expectDocumented(
  method: string,
  target: string,
  { status, headers, answer }: Answered,
): string | null {
  const [path = ""] = target.split("?");
  const said = `${method} ${path}: ${status}`;
  const found = find(method, path);
  if (!found) {
    expect(headers.get("content-type"), said).toBe("application/problem+json");
    expectValid(pointer("components", "schemas", "Problem"), answer, said);
    return null;
  }
  const { operation, place } = found;
  const given = operation.responses?.[status] as (oas31.ResponseObject & { $ref?: string }) | undefined;
  expect(given, said).toBeDefined();
  const name = given?.$ref?.split("/").at(-1);
  const shared = (document.components?.responses ?? {}) as Record<string, oas31.ResponseObject>;
  const response = name === undefined ? given : shared[name];
  const [mediaType] = Object.keys(response?.content ?? {});
  expect(answer !== null, said).toBe(mediaType !== undefined);
  if (mediaType === undefined) return operation.operationId ?? null;
  expect(headers.get("content-type"), said).toBe(mediaType);
  const at = name === undefined ? [...place, String(status)] : ["components", "responses", name];
  if (answer !== undefined) expectValid(pointer(...at, "content", mediaType, "schema"), answer, said);
  return operation.operationId ?? null;
}
