import {
  addProcessAction,
  deleteProcessAction,
  editProcessAction,
} from "@/app/(portal)/tenants/[tenant]/processes/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { ProcessList } from "@/components/processes/process-list";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { askedPage, type Search } from "@/lib/http/portal/asked-page";
import { countProcesses, listProcesses } from "@/lib/jobs/queries";
import { pathsOf } from "@/lib/paths";

export const generateMetadata = tenantTitle("Processes");

type ProcessesPageProps = { params: Promise<{ tenant: string }>; searchParams: Promise<Search> };

export default async function ProcessesPage({ params, searchParams }: ProcessesPageProps) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const paths = pathsOf(tenant.slug);
  const place = askedPage(await searchParams, await countProcesses(ctx));
  return (
    <ProcessList
      crumbs={[{ label: tenant.name, href: paths.machines }, { label: "Processes" }]}
      processes={await listProcesses(ctx, place.slice)}
      place={place}
      path={paths.processes}
      newJobPath={paths.newJob}
      canChange={can("processes.edit")}
      actions={actionsOf(tenant.slug, {
        add: addProcessAction,
        edit: editProcessAction,
        remove: deleteProcessAction,
      })}
    />
  );
}
