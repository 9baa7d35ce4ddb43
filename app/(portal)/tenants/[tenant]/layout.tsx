import type { ReactNode } from "react";
import { confirmSignInAction } from "@/app/(portal)/confirm-action";
import { PortalSidebar } from "@/app/(portal)/portal-sidebar";
import { saveThemeAction } from "@/app/(portal)/theme-action";
import { Reauthentication } from "@/components/account/reauthentication";
import { Shell } from "@/components/shell/shell";
import { requireTenant } from "@/lib/doors/admin";
import { readTheme } from "@/lib/doors/theme";

type TenantParams = { params: Promise<{ tenant: string }> };

export default async function TenantLayout({ params, children }: TenantParams & { children: ReactNode }) {
  const { admin, tenant, tenants, can } = await requireTenant((await params).tenant);
  return (
    <Shell
      tenantName={tenant.name}
      sidebar={
        <PortalSidebar
          tenant={tenant}
          tenants={tenants}
          email={admin.email}
          managesPeople={can("people.manage")}
          theme={(await readTheme()) ?? "system"}
          saveTheme={saveThemeAction}
        />
      }
    >
      {children}
      <Reauthentication hasSecondFactor={admin.hasSecondFactor} confirm={confirmSignInAction} />
    </Shell>
  );
}
