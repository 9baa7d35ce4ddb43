import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import { adminDocument } from "@/lib/admin-api/document";
import { ADMIN_API_PATH } from "@/lib/admin-api/operation";
import { call, ORIGIN } from "@/test/world";

const ROOT = "openapi";
const document = adminDocument(ORIGIN);

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

type Answered = {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; null where there is none. */
  readonly answer: unknown;
};

/** Fails unless what the admin API answered is what its OpenAPI document says of the operation and the status. */
export function expectDocumented(
  method: string,
  target: string,
  { status, headers, answer }: Answered,
): void {
  const [path = ""] = target.split("?");
  const said = `${method} ${path}: ${status}`;
  const paths = document.paths ?? {};
  // What is written out goes before what has a name in its place.
  const templates = Object.keys(paths).filter((template) => isPathOf(template, path));
  const template = templates.find((each) => !each.includes("{") && each === path) ?? templates[0];
  const key = method.toLowerCase();
  const operation = template === undefined ? undefined : paths[template]?.[key as "get"];
  if (status >= 400) {
    expect(headers.get("content-type"), said).toBe("application/problem+json");
    expectValid(pointer("components", "schemas", "Problem"), answer, said);
    const documented = operation?.responses?.[status];
    if (operation) expect(documented, said).toEqual({ $ref: `#/components/responses/Problem${status}` });
    return;
  }
  const response = operation?.responses?.[status];
  expect(response, said).toBeDefined();
  expect(answer !== null, said).toBe(response !== undefined && "content" in response);
  if (answer === null || template === undefined) return;
  const place = [
    "paths",
    template,
    key,
    "responses",
    String(status),
    "content",
    "application/json",
    "schema",
  ];
  expectValid(pointer(...place), answer, said);
}

export type Sent = {
  readonly as: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A request to the admin API with an access token. @returns the answer, which is as the document says */
export async function askAdminApi(method: string, path: string, { as, body, headers = {} }: Sent) {
  const response = await call(method, `${ADMIN_API_PATH}${path}`, {
    headers: {
      authorization: `Bearer ${as}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === "" ? null : JSON.parse(text);
  const answered = { status: response.status, headers: response.headers, answer, text };
  expectDocumented(method, `${ADMIN_API_PATH}${path}`, answered);
  return answered;
}
