import { openApiDocument } from "@/lib/http/admin/document";

/** The OpenAPI document, for anybody: it names no tenant. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = openApiDocument;
