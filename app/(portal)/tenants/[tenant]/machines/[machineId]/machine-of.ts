import { notFound } from "next/navigation";
import { cache } from "react";
import { requireTenant } from "@/lib/http/portal/actions";
import { getMachine } from "@/lib/machines/queries";
import { machineIdSchema } from "@/lib/machines/schema";

/** @returns the tenant and its machine of an address, asked once a request; what the tenant does not have is not found */
export const machineOf = cache(async (tenantSlug: string, machineId: string) => {
  const { ctx, tenant, version, can } = await requireTenant(tenantSlug);
  const input = machineIdSchema.safeParse({ machineId });
  const machine = input.success ? await getMachine(ctx, input.data) : null;
  return machine ? { ctx, tenant, machine, version, can } : notFound();
});
