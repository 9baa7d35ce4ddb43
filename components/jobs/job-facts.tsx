import type { ReactNode } from "react";
import type { JobView } from "@/lib/jobs/schema";

const MONO = "font-mono text-small wrap-anywhere";

/** Where it was to run and where it runs. */
export function JobFacts({ job }: { job: JobView }) {
  const mono = (text: string | null) => (text === null ? null : <span className={MONO}>{text}</span>);
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Host", mono(job.hostName) ?? "None yet"],
    ["Machine", job.machineName ?? "None yet"],
    ["Secret or key ID", mono(job.credentialId) ?? "None yet"],
    ["Asked for host", mono(job.targetHostName) ?? "Any"],
    ["Asked for machine", job.targetMachineName ?? "Any"],
    ["Runtime type", job.runtimeType],
  ];
  return (
    <dl className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5">
      {facts.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-muted">{label}</dt>
          <dd className="wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
