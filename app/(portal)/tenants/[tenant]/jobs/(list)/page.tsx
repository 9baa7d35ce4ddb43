import { Play } from "lucide-react";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { isFiltered } from "@/components/jobs/job-address";
import { JobList } from "@/components/jobs/job-list";
import { NoJobs } from "@/components/jobs/no-jobs";
import { Live } from "@/components/shell/live";
import { ButtonLink } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { requireTenant } from "@/lib/http/portal/actions";
import { listJobs, listProcesses } from "@/lib/jobs/queries";
import { jobListSchema } from "@/lib/jobs/schema";
import { pathsOf } from "@/lib/paths";

export const generateMetadata = tenantTitle("Jobs");

type JobsPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function JobsPage({ params, searchParams }: JobsPageProps) {
  const { ctx, tenant, version, can } = await requireTenant((await params).tenant);
  const query = jobListSchema.parse(await searchParams);
  const [list, processes] = await Promise.all([listJobs(ctx, query), listProcesses(ctx)]);
  const paths = pathsOf(tenant.slug);
  const canChange = can("jobs.start");
  return (
    <>
      <Live tenantSlug={tenant.slug} version={version} />
      <PageHeader crumbs={[{ label: tenant.name, href: paths.machines }, { label: "Jobs" }]} title="Jobs">
        {canChange && processes.length > 0 ? (
          <ButtonLink href={paths.newJob} look="primary">
            <Play aria-hidden size={15} />
            Start job
          </ButtonLink>
        ) : null}
      </PageHeader>
      {list.matching === 0 && !isFiltered(query) ? (
        <NoJobs
          newPath={paths.newJob}
          processesPath={paths.processes}
          hasProcesses={processes.length > 0}
          canChange={canChange}
        />
      ) : (
        <JobList
          list={list}
          query={query}
          processes={processes.map(({ id, name }) => ({ id, name }))}
          tenantSlug={tenant.slug}
          now={ctx.now}
        />
      )}
    </>
  );
}
