import { notFound } from "next/navigation";
import { cache } from "react";
import { getJob } from "@/lib/fleet/queries/get-job";
import { requireTenant } from "@/lib/http/portal/actions";
import { jobIdSchema } from "@/lib/jobs/schema";

/** @returns the tenant and its job of an address, asked once a request; what the tenant does not have is not found */
export const jobOf = cache(async (tenantSlug: string, jobId: string) => {
  const { ctx, tenant, version, can } = await requireTenant(tenantSlug);
  const input = jobIdSchema.safeParse({ jobId });
  const job = input.success ? await getJob(ctx, input.data) : null;
  return job ? { tenant, job, version, can } : notFound();
});
