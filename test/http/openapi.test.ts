import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { OPERATIONS } from "@/lib/admin-api/contract";
import { adminDocument } from "@/lib/admin-api/document";
import { call, ORIGIN } from "@/test/world";

test("anybody reads the OpenAPI document, and asks again with its ETag", async () => {
  const response = await call("GET", "/api/openapi.json");
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("public, max-age=300");
  const document = await response.json();
  expect(document).toMatchObject({ openapi: "3.1.0", servers: [{ url: ORIGIN }] });
  const etag = response.headers.get("etag") ?? "";
  const again = await call("GET", "/api/openapi.json", { headers: { "if-none-match": etag } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  expect((await call("POST", "/api/openapi.json")).status).toBe(405);
});

test("it has every operation of the contract, and a linter finds nothing", async () => {
  const document = adminDocument("https://latchkey.invalid");
  const methods = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path));
  const ids = methods.map(({ operationId }) => operationId);
  expect(ids.toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
  const config = await createConfig({
    extends: ["recommended"],
    // The repository names none.
    rules: { "info-license": "off" },
  });
  const found = await lintFromString({ source: JSON.stringify(document), config });
  expect(found.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});
