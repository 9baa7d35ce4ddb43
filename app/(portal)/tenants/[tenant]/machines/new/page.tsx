import { provisionMachineAction } from "@/app/(portal)/tenants/[tenant]/machines/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { KIND_LABELS } from "@/components/machines/labels";
import { ProvisionForm } from "@/components/machines/provision-form";
import { NotAllowed } from "@/components/shell/not-allowed";
import { PageHeader } from "@/components/ui/page-header";
import { requireTenant } from "@/lib/http/portal/actions";
import { pathsOf } from "@/lib/paths";
import { getTokenDefaults } from "@/lib/tenants/queries";

export const generateMetadata = tenantTitle("Add machine");

type NewMachinePageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<{ type?: string | string[] }>;
};

export default async function NewMachinePage({ params, searchParams }: NewMachinePageProps) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const kind = (await searchParams).type === "standard" ? "Standard" : "Template";
  const listPath = pathsOf(tenant.slug).machines;
  const crumbs = [
    { label: tenant.name, href: listPath },
    { label: "Machines", href: listPath },
    { label: "Add machine" },
  ];
  return (
    <>
      <PageHeader crumbs={crumbs} title={`Add ${KIND_LABELS[kind].toLowerCase()}`} />
      {can("machines.provision") ? (
        <ProvisionForm
          key={kind}
          kind={kind}
          inherited={await getTokenDefaults(ctx)}
          listPath={listPath}
          provision={provisionMachineAction.bind(null, tenant.slug)}
        />
      ) : (
        <NotAllowed deed="add the machine" backHref={listPath} backTo="the machines" />
      )}
    </>
  );
}
