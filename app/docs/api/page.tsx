import type { Metadata } from "next";
import { ApiReference } from "@/components/api-reference/api-reference";
import { readDocument } from "@/components/api-reference/documented";
import { openApi } from "@/lib/http/admin/document";
import { OPENAPI_PATH } from "@/lib/paths";

export const metadata: Metadata = { title: "Admin API" };

/** The admin API for who writes a program; it names no tenant, and anybody may read it. */
export default function ApiReferencePage() {
  return <ApiReference documented={readDocument(openApi())} documentPath={OPENAPI_PATH} />;
}
