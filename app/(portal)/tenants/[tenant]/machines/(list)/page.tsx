import { MACHINE_ACTIONS, MANY_ACTIONS } from "@/app/(portal)/tenants/[tenant]/machines/machine-actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { AddMachineMenu } from "@/components/machines/add-machine-menu";
import { MachineList } from "@/components/machines/machine-list";
import { NoMachines } from "@/components/machines/no-machines";
import { PageHeader } from "@/components/ui/page-header";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { machineListSchema } from "@/lib/machines/schema";
import { pathsOf } from "@/lib/paths";

export const generateMetadata = tenantTitle("Machines");

type MachinesPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function MachinesPage({ params, searchParams }: MachinesPageProps) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const query = machineListSchema.parse(await searchParams);
  const list = await listMachines(ctx, query);
  const paths = pathsOf(tenant.slug);
  const canChange = can("machines.edit");
  return (
    <>
      <PageHeader
        crumbs={[{ label: tenant.name, href: paths.machines }, { label: "Machines" }]}
        title="Machines"
      >
        {canChange ? <AddMachineMenu newPath={paths.newMachine} manyPath={paths.manyMachines} /> : null}
      </PageHeader>
      {list.isEmpty ? (
        <NoMachines newPath={paths.newMachine} canChange={canChange} />
      ) : (
        <MachineList
          list={list}
          query={query}
          tenantSlug={tenant.slug}
          now={ctx.now}
          canChange={canChange}
          actions={actionsOf(tenant.slug, { ...MACHINE_ACTIONS, ...MANY_ACTIONS })}
        />
      )}
    </>
  );
}
