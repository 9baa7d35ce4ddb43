import { redirect } from "next/navigation";

export default async function TenantPage({ params }: { params: Promise<{ tenant: string }> }) {
  redirect(`/tenants/${encodeURIComponent((await params).tenant)}/machines`);
}
