import {
  checkPastedQuestion,
  provisionMachinesAction,
} from "@/app/(portal)/tenants/[tenant]/machines/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { ManyForm } from "@/components/machines/many-form";
import { NotAllowed } from "@/components/shell/not-allowed";
import { PageHeader } from "@/components/ui/page-header";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { pathsOf } from "@/lib/paths";
import { getTokenDefaults } from "@/lib/tenants/queries";

export const generateMetadata = tenantTitle("Add many machines");

export default async function ManyMachinesPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const listPath = pathsOf(tenant.slug).machines;
  const crumbs = [
    { label: tenant.name, href: listPath },
    { label: "Machines", href: listPath },
    { label: "Add many" },
  ];
  return (
    <>
      <PageHeader crumbs={crumbs} title="Add many machines" />
      {can("machines.provision") ? (
        <ManyForm
          inherited={await getTokenDefaults(ctx)}
          listPath={listPath}
          actions={actionsOf(tenant.slug, {
            check: checkPastedQuestion,
            provision: provisionMachinesAction,
          })}
        />
      ) : (
        <NotAllowed deed="add machines" backHref={listPath} backTo="the machines" />
      )}
    </>
  );
}
