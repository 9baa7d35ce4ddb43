import { classes } from "@/components/ui/classes";
import { Under } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import { formatDuration } from "@/lib/format";
import { isEnded } from "@/lib/jobs/rules";
import type { JobView } from "@/lib/jobs/schema";

type Moment = { readonly what: string; readonly at: Date | null; readonly more?: string | null };

function momentsOf(job: JobView): readonly Moment[] {
  const { createdAt, startedAt, endedAt, createdBy, hostName } = job;
  return [
    { what: "Created", at: createdAt, more: createdBy && `by ${createdBy}` },
    { what: "Started", at: startedAt, more: hostName && `on ${hostName}` },
    { what: "Asked to stop", at: job.stopAskedAt },
    { what: "Asked to be killed", at: job.killAskedAt },
    {
      what: isEnded(job.state) ? job.state : "Ended",
      at: endedAt,
      more: startedAt && endedAt && `after ${formatDuration(startedAt, endedAt)}`,
    },
  ];
}

export function JobTimeline({ job }: { job: JobView }) {
  const moments = momentsOf(job).filter(({ at }) => at !== null);
  return (
    <ol>
      {moments.map(({ what, at, more }, index) => (
        <li key={what} className="relative pb-3 pl-5 last:pb-0">
          <span
            aria-hidden
            className={classes(
              "absolute top-[7px] left-0 size-2 rounded-full",
              what === "Faulted" ? "bg-danger-solid" : "bg-accent-solid",
            )}
          />
          {index < moments.length - 1 ? (
            <span aria-hidden className="absolute top-[17px] bottom-[-5px] left-[3.5px] w-px bg-line" />
          ) : null}
          <span className="flex flex-wrap justify-between gap-x-3">
            <span className="font-medium">{what}</span>
            {at ? (
              <span className="text-small text-muted">
                <Instant at={at} />
              </span>
            ) : null}
          </span>
          {more ? <Under>{more}</Under> : null}
        </li>
      ))}
    </ol>
  );
}
