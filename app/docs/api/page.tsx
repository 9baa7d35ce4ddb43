import type { Metadata } from "next";
import { ApiOverview } from "@/components/api-reference/api-reference";
import { readDocument } from "@/components/api-reference/documented";
import { openApi } from "@/lib/http/admin/document";

export const metadata: Metadata = { title: "API" };

/** The APIs for who writes a program; the page names no tenant, and anybody may read it. */
export default function ApiOverviewPage() {
  return <ApiOverview documented={readDocument(openApi())} />;
}
