import {
  addProcessAction,
  deleteProcessAction,
  editProcessAction,
} from "@/app/(portal)/tenants/[tenant]/processes/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { ProcessList } from "@/components/processes/process-list";
import { requireTenant } from "@/lib/doors/admin";
import { listProcesses } from "@/lib/jobs/queries";

export const generateMetadata = tenantTitle("Processes");

export default async function ProcessesPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const home = `/tenants/${tenant.slug}`;
  return (
    <ProcessList
      crumbs={[{ label: tenant.name, href: `${home}/machines` }, { label: "Processes" }]}
      processes={await listProcesses(ctx)}
      jobsPath={`${home}/jobs`}
      canChange={can("processes.edit")}
      actions={{
        add: addProcessAction.bind(null, tenant.slug),
        edit: editProcessAction.bind(null, tenant.slug),
        remove: deleteProcessAction.bind(null, tenant.slug),
      }}
    />
  );
}
