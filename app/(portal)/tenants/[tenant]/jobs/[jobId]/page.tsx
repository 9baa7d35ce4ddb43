import type { Metadata } from "next";
import { jobOf } from "@/app/(portal)/tenants/[tenant]/jobs/[jobId]/job-of";
import { killJobAction, stopJobAction } from "@/app/(portal)/tenants/[tenant]/jobs/actions";
import { JobDetail } from "@/components/jobs/job-detail";
import { Live } from "@/components/shell/live";
import { actionsOf } from "@/lib/http/portal/actions-of";

type JobPageProps = { params: Promise<{ tenant: string; jobId: string }> };

export async function generateMetadata({ params }: JobPageProps): Promise<Metadata> {
  const { tenant: slug, jobId } = await params;
  const { tenant, job } = await jobOf(slug, jobId);
  return { title: `${job.processName} (${job.state}) · ${tenant.name}` };
}

export default async function JobPage({ params }: JobPageProps) {
  const { tenant: slug, jobId } = await params;
  const { tenant, job, version, can } = await jobOf(slug, jobId);
  return (
    <>
      <Live tenantSlug={tenant.slug} version={version} />
      <JobDetail
        tenant={tenant}
        job={job}
        canStop={can("jobs.stop")}
        actions={actionsOf(tenant.slug, {
          stop: stopJobAction,
          kill: killJobAction,
        })}
      />
    </>
  );
}
