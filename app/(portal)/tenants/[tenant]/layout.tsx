import type { ReactNode } from "react";
import { confirmSignInAction } from "@/app/(portal)/confirm-action";
import { ConfirmPanel } from "@/app/(portal)/confirm-panel";
import { PortalSidebar } from "@/app/(portal)/portal-sidebar";
import { findQuestion } from "@/app/(portal)/tenants/[tenant]/find-question";
import { saveThemeAction } from "@/app/(portal)/theme-action";
import { Bell } from "@/components/shell/bell";
import { Shell } from "@/components/shell/shell";
import { requireTenant } from "@/lib/http/portal/actions";
import { runningVersion } from "@/lib/http/portal/running-version";
import { waysIn } from "@/lib/http/portal/single-sign-on";
import { readTheme } from "@/lib/http/portal/theme";
import { countUnread } from "@/lib/notifications/queries";
import { pathsOf } from "@/lib/paths";

type TenantParams = { params: Promise<{ tenant: string }> };

export default async function TenantLayout({ params, children }: TenantParams & { children: ReactNode }) {
  const { ctx, admin, tenant, tenants, can } = await requireTenant((await params).tenant);
  const { unread } = await countUnread(ctx);
  return (
    <Shell
      tenantName={tenant.name}
      tenantSlug={tenant.slug}
      find={findQuestion.bind(null, tenant.slug)}
      bell={<Bell path={pathsOf(tenant.slug).notifications} unread={unread} />}
      sidebar={
        <PortalSidebar
          tenant={tenant}
          tenants={tenants}
          email={admin.email}
          managesPeople={can("people.manage")}
          theme={(await readTheme()) ?? "system"}
          saveTheme={saveThemeAction}
          version={runningVersion()}
        />
      }
    >
      {children}
      <ConfirmPanel
        hasPassword={admin.hasPassword}
        hasSecondFactor={admin.hasSecondFactor}
        singleSignOn={waysIn().provider}
        confirm={confirmSignInAction}
      />
    </Shell>
  );
}
