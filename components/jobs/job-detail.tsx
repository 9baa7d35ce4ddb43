import type { ReactNode } from "react";
import { type JobActions, JobButtons } from "@/components/jobs/job-buttons";
import { JobFacts } from "@/components/jobs/job-facts";
import { JobState } from "@/components/jobs/job-state";
import { JobTimeline } from "@/components/jobs/job-timeline";
import { Banner } from "@/components/ui/banner";
import { CodeBlock } from "@/components/ui/code-block";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { Progress } from "@/components/ui/progress";
import { formatJson } from "@/lib/format";
import { isEnded, jobEndText } from "@/lib/jobs/rules";
import type { JobView } from "@/lib/jobs/schema";
import { pathsOf } from "@/lib/paths";
import type { TenantView } from "@/lib/tenants/schema";

type JobDetailProps = {
  tenant: TenantView;
  job: JobView;
  canStop: boolean;
  actions: JobActions;
};

export function JobDetail({ tenant, job, canStop, actions }: JobDetailProps) {
  const paths = pathsOf(tenant.slug);
  const crumbs = [
    { label: tenant.name, href: paths.machines },
    { label: "Jobs", href: paths.jobs },
    { label: job.processName },
  ];
  return (
    <div className="max-w-5xl">
      <PageHeader crumbs={crumbs} title={job.processName}>
        {canStop ? <JobButtons job={job} actions={actions} /> : null}
      </PageHeader>
      <div className="-mt-3 mb-5 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-muted">
        <span role="status">
          <span className="sr-only">State: </span>
          <JobState state={job.state} />
        </span>
        <span className="font-mono text-small break-all">{job.id}</span>
      </div>
      <div className="mb-5 flex flex-col gap-3 empty:hidden">
        <Outcome job={job} />
      </div>
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="flex min-w-0 flex-col gap-5">
          {job.progress !== null || job.message !== null ? (
            <Section title="Progress">
              {job.progress === null ? null : <Progress percent={job.progress} label="Progress" />}
              {job.message === null ? null : <p className="mt-1 break-words">{job.message}</p>}
            </Section>
          ) : null}
          {job.error === null ? null : (
            <Section title="Error">
              <CodeBlock label="Error" text={job.error} />
            </Section>
          )}
          {isEnded(job.state) ? (
            <Section title="Output">
              {job.output === null ? (
                <p className="text-muted">The robot reported no output.</p>
              ) : (
                <CodeBlock label="Output" text={formatJson(job.output)} />
              )}
            </Section>
          ) : null}
          <Section title="Input">
            <CodeBlock label="Input" text={formatJson(job.input)} />
          </Section>
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Section title="Timeline">
            <JobTimeline job={job} />
          </Section>
          <Section title="Where">
            <JobFacts job={job} />
          </Section>
        </div>
      </div>
    </div>
  );
}

/** Why it waits, or why it ended as it did. */
function Outcome({ job }: { job: JobView }) {
  if (job.state === "Pending") {
    return (
      <Banner look="note" role="status">
        {job.waitingFor ?? "A host is free and will take it in a moment."}
      </Banner>
    );
  }
  if (job.endCode === null) return null;
  return (
    <Banner look={job.state === "Faulted" ? "danger" : "brass"} role="status">
      {job.state}: {jobEndText(job.endCode, job.endedBy)}
    </Banner>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = `job-${title.toLowerCase()}`;
  return (
    <Panel as="section" aria-labelledby={id} className="p-5">
      <h2 id={id} className="mb-2 text-small font-semibold">
        {title}
      </h2>
      {children}
    </Panel>
  );
}
