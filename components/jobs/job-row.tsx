import { JobState } from "@/components/jobs/job-state";
import { Link } from "@/components/ui/link";
import { Progress } from "@/components/ui/progress";
import { StackCell, StackRow, Under } from "@/components/ui/stack-table";
import { Ago } from "@/components/ui/time";
import { formatDuration } from "@/lib/format";
import type { JobRow as Row } from "@/lib/jobs/schema";

type JobRowProps = { row: Row; href: string; now: Date };

export function JobRow({ row, href, now }: JobRowProps) {
  const { startedAt, endedAt, progress } = row;
  return (
    <StackRow>
      <StackCell>
        <Link
          href={href}
          prefetch={false}
          className="rounded-link font-medium hover:text-accent hover:underline"
        >
          {row.processName}
        </Link>
        <Under>{row.runtimeType}</Under>
      </StackCell>
      <StackCell label="State">
        <JobState state={row.state} />
        {progress === null || row.state === "Successful" ? null : (
          <span className="mt-0.5 block max-w-40">
            <Progress percent={progress} label={`Progress of ${row.processName}`} />
          </span>
        )}
      </StackCell>
      <StackCell label="Host" isEmpty={row.hostName === null}>
        <span className="font-mono text-small">{row.hostName}</span>
        <Under>{row.machineName}</Under>
      </StackCell>
      <StackCell label="Started by" className="text-muted" isEmpty={row.createdBy === null}>
        <span title={row.createdBy ?? undefined} className="block @3xl:max-w-40 @3xl:truncate">
          {row.createdBy}
        </span>
      </StackCell>
      <StackCell label="Created" className="text-muted">
        <Ago at={row.createdAt} now={now} />
      </StackCell>
      <StackCell label="Started" className="text-muted" isEmpty={startedAt === null}>
        {startedAt ? <Ago at={startedAt} now={now} /> : null}
      </StackCell>
      <StackCell label="Ended" className="text-muted" isEmpty={endedAt === null}>
        {endedAt ? <Ago at={endedAt} now={now} /> : null}
        {startedAt && endedAt ? <Under>after {formatDuration(startedAt, endedAt)}</Under> : null}
      </StackCell>
    </StackRow>
  );
}
