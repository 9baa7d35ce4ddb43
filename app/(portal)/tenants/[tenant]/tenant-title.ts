import type { Metadata } from "next";
import { requireTenant } from "@/lib/http/portal/actions";

type TenantParams = { params: Promise<{ tenant: string }> };

/** A page's title with its tenant. It asks like the page does, so that what is not found is called that. */
export const tenantTitle =
  (title: string) =>
  async ({ params }: TenantParams): Promise<Metadata> => {
    const { tenant } = await requireTenant((await params).tenant);
    return { title: `${title} · ${tenant.name}` };
  };
