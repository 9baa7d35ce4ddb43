import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { getApiClient } from "@/lib/api-clients/queries";
import { requireTenant } from "@/lib/http/portal/actions";
import { getMachine } from "@/lib/machines/queries";
import { machineIdSchema } from "@/lib/machines/schema";
import { pathsOf } from "@/lib/paths";

/** @returns the tenant and its machine of an address, asked once a request; what the tenant does not have is not found */
export const machineOf = cache(async (tenantSlug: string, machineId: string) => {
  const { ctx, tenant, version, can } = await requireTenant(tenantSlug);
  const input = machineIdSchema.safeParse({ machineId });
  const machine = input.success ? await getMachine(ctx, input.data) : null;
  if (machine) return { ctx, tenant, machine, version, can };
  // Whatever names an API client's credentials leads to the page of a machine of its id.
  const isApiClient =
    input.success && can("apiClients.manage") && (await getApiClient(ctx, { id: machineId }));
  return isApiClient ? redirect(pathsOf(tenant.slug).apiClient(machineId)) : notFound();
});
