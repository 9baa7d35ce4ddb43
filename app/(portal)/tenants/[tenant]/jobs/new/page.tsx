import { startJobAction } from "@/app/(portal)/tenants/[tenant]/jobs/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { StartJobForm } from "@/components/jobs/start-job-form";
import { NotAllowed } from "@/components/shell/not-allowed";
import { PageHeader } from "@/components/ui/page-header";
import { requireTenant } from "@/lib/http/portal/actions";
import { listProcesses } from "@/lib/jobs/queries";
import { listMachineNames } from "@/lib/machines/queries";
import { pathsOf } from "@/lib/paths";

export const generateMetadata = tenantTitle("Start job");

type StartJobPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<{ process?: string | string[] }>;
};

export default async function StartJobPage({ params, searchParams }: StartJobPageProps) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const { process: asked } = await searchParams;
  const [processes, machines] = await Promise.all([listProcesses(ctx), listMachineNames(ctx)]);
  const paths = pathsOf(tenant.slug);
  const crumbs = [
    { label: tenant.name, href: paths.machines },
    { label: "Jobs", href: paths.jobs },
    { label: "Start job" },
  ];
  return (
    <>
      <PageHeader crumbs={crumbs} title="Start job" />
      {can("jobs.start") ? (
        <StartJobForm
          processes={processes}
          machines={machines}
          processId={processes.find(({ id }) => id === asked)?.id}
          tenantSlug={tenant.slug}
          start={startJobAction.bind(null, tenant.slug)}
        />
      ) : (
        <NotAllowed deed="start the job" backHref={paths.jobs} backTo="the jobs" />
      )}
    </>
  );
}
