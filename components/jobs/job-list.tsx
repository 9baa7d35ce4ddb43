"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { isFiltered, jobCursors, jobListAddress } from "@/components/jobs/job-address";
import { JobRow } from "@/components/jobs/job-row";
import { STATE_FILTER_OPTIONS } from "@/components/jobs/labels";
import { ButtonLink } from "@/components/ui/button";
import { keyedLinks } from "@/components/ui/page-links";
import { Pagination } from "@/components/ui/pagination";
import { Panel } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import { type Column, StackTable } from "@/components/ui/stack-table";
import { formatCount, formatCounted, formatPageFromEnd, formatQuantity } from "@/lib/format";
import { JOBS_A_PAGE, type JobListQuery, type JobPage, jobListSchema } from "@/lib/jobs/schema";
import { pathsOf } from "@/lib/paths";

type JobListProps = {
  list: JobPage;
  query: JobListQuery;
  processes: readonly { readonly id: string; readonly name: string }[];
  tenantSlug: string;
  now: Date;
};

const COLUMNS: readonly Column[] = [
  { label: "Process" },
  { label: "State and progress", className: "w-36" },
  { label: "Host" },
  { label: "Started by" },
  { label: "Created", className: "w-25" },
  { label: "Started", className: "w-25" },
  { label: "Ended", className: "w-34" },
];

export function JobList({ list, query, processes, tenantSlug, now }: JobListProps) {
  const paths = pathsOf(tenantSlug);
  const path = paths.jobs;
  const router = useRouter();
  const [isBusy, startTransition] = useTransition();
  const choose = (change: { state?: string; process?: string }) =>
    startTransition(() => {
      const { state, process } = jobListSchema.parse({ ...query, ...change });
      router.replace(jobListAddress(path, query, { state, process }), { scroll: false });
    });
  return (
    <>
      <div className="mb-3 grid grid-cols-2 gap-2 sm:flex sm:flex-wrap">
        <Select
          aria-label="State"
          options={STATE_FILTER_OPTIONS}
          value={query.state ?? ""}
          onValueChange={(state) => choose({ state })}
          className="sm:w-40"
        />
        <Select
          aria-label="Process"
          options={[
            { value: "", label: "All processes" },
            ...processes.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={query.process ?? ""}
          onValueChange={(process) => choose({ process })}
          className="sm:w-60"
        />
        {isFiltered(query) ? (
          <ButtonLink href={path} look="quiet" className="justify-self-start">
            Clear filters
          </ButtonLink>
        ) : null}
      </div>
      {list.rows.length === 0 ? (
        <Panel as="p" role="status" className="px-4 py-14 text-center font-medium">
          No job matches
        </Panel>
      ) : (
        <StackTable label="Jobs" columns={COLUMNS} isBusy={isBusy}>
          {list.rows.map((row) => (
            <JobRow key={row.id} row={row} href={paths.job(row.id)} now={now} />
          ))}
        </StackTable>
      )}
      <div className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 py-2 text-muted">
        <p role="status" className="mr-auto tabular-nums">
          {list.pageCount === null
            ? `${formatCounted(list.matching)} jobs`
            : formatQuantity(list.matching, "job")}
          {list.page === null ? `, ${formatPageFromEnd(list.fromEnd ?? 1)}` : null}
          {list.page !== null && list.pageCount !== 1 ? `, page ${formatCount(list.page)}` : null}
          {list.pageCount !== null && list.pageCount > 1 ? ` of ${formatCount(list.pageCount)}` : null}
        </p>
        {list.pageCount === 1 ? null : (
          <Pagination
            links={keyedLinks({ ...list, ...jobCursors(list.rows) }, JOBS_A_PAGE, (change) =>
              jobListAddress(path, query, change),
            )}
          />
        )}
      </div>
    </>
  );
}
