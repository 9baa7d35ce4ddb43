import { createHash } from "node:crypto";
import type { ApiHandler } from "@/lib/api-request";
import { withEveryMethod } from "@/lib/http/methods";
import { problemAnswer } from "@/lib/http/problem";
import { publishedOrigin } from "@/lib/http/published-origin";
import { directHandler } from "@/lib/http/web-request";
import { apiDocument } from "@/lib/openapi/document";

const MAX_AGE_SECONDS = 300;

let document: ReturnType<typeof apiDocument> | undefined;

/** @returns the OpenAPI document of this installation at this address, made once a process */
export function openApi() {
  document ??= apiDocument(publishedOrigin());
  return document;
}

let made: { readonly body: string; readonly etag: string } | undefined;

function bodyOnce() {
  if (made) return made;
  const body = JSON.stringify(openApi());
  made = { body, etag: `"${createHash("sha256").update(body).digest("base64url")}"` };
  return made;
}

const isKnown = (sent: string | null, etag: string) =>
  (sent ?? "").split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);

const get: ApiHandler = async (request) => {
  const { body, etag } = bodyOnce();
  const kept = {
    etag,
    "cache-control": `public, max-age=${MAX_AGE_SECONDS}`,
    "access-control-allow-origin": "*",
  };
  if (isKnown(request.header("if-none-match"), etag)) return { status: 304, headers: kept, body: null };
  return { status: 200, headers: { ...kept, "content-type": "application/json" }, body };
};

/** `/api/openapi.json`: made once a process, and asked for again with its `ETag`. */
export const openApiDocument = withEveryMethod({ GET: directHandler(get) }, ({ traceId }, allow) =>
  problemAnswer(
    { status: 405, code: "method_not_allowed", detail: `This address knows ${allow}.`, headers: { allow } },
    traceId,
  ),
);
