import { Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { ScrollBox } from "@/components/ui/scroll-box";
import { formatNames, formatQuantity } from "@/lib/format";
import type { RunningJob } from "@/lib/jobs/schema";
import type { Impact } from "./use-connected-hosts";

type CutHostsProps = {
  impact: Impact;
  /** Begins the sentence, where it is not at once, such as "When it expires". */
  when?: string | undefined;
  /** Ends the sentence "Nothing is connected …". */
  through: string;
};

/** What a deed will disconnect, by name; the place is held while the answer is on its way. */
export function CutHosts({ impact, when, through }: CutHostsProps) {
  return (
    <CutBox>
      {impact.state === "asking" ? <p className="text-muted">Asking what is connected…</p> : null}
      {impact.state === "failed" ? (
        <p>It could not be found out what is connected. Whatever is connected {through} will be cut.</p>
      ) : null}
      {impact.state === "known" ? <Known {...impact} when={when} through={through} /> : null}
    </CutBox>
  );
}

/** Where it is said; what changes in it is read out. */
export function CutBox({ children }: { children: ReactNode }) {
  return (
    <div
      role="status"
      className="flex min-h-[3.75rem] items-start gap-2.5 rounded-control border border-line bg-sunken px-3 py-2"
    >
      <Unplug aria-hidden size={16} className="mt-[3px] shrink-0 text-muted" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}

type KnownProps = Pick<Extract<Impact, { state: "known" }>, "hosts" | "jobs"> &
  Pick<CutHostsProps, "when" | "through">;

function Known({ hosts, jobs, when, through }: KnownProps) {
  if (hosts.length === 0) return <p>Nothing is connected {through} right now.</p>;
  return (
    <>
      <p className="font-medium">
        {when ? `${when}, ` : null}
        {formatQuantity(hosts.length, "host")} will be disconnected
        {jobs.length === 0
          ? "; no job runs there."
          : ` and ${formatQuantity(jobs.length, "running job")} stopped:`}
      </p>
      <ScrollBox label="Hosts to be disconnected" className="mt-1 max-h-32">
        <ul>
          {hosts.map((host) => (
            <li key={host.sessionId} className="break-words">
              <span className="font-mono text-small">{host.hostName}</span>
              <RunningThere jobs={jobs.filter(({ sessionId }) => sessionId === host.sessionId)} />
            </li>
          ))}
        </ul>
      </ScrollBox>
    </>
  );
}

function RunningThere({ jobs }: { jobs: readonly RunningJob[] }) {
  if (jobs.length === 0) return null;
  return <span className="text-muted"> runs {formatNames(jobs.map(({ processName }) => processName))}</span>;
}
