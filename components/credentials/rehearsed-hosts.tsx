import { Link } from "@/components/ui/link";
import { StackCell, StackRow, StackTable } from "@/components/ui/stack-table";
import { Ago, Instant } from "@/components/ui/time";
import type { RehearsalReport, RehearsedJob } from "@/lib/fleet/schema";
import { formatCount, formatQuantity } from "@/lib/format";
import { pathsOf } from "@/lib/paths";

const COLUMNS = [
  { label: "Host" },
  { label: "Address", className: "w-44" },
  { label: "Last seen", className: "w-36" },
  { label: "Running jobs", className: "w-64" },
];

type RehearsedHostsProps = { rehearsal: RehearsalReport; tenantSlug: string; now: Date };

/** The hosts, jobs and addresses that a deletion would have cut since the rehearsal began. */
export function RehearsedHosts({ rehearsal, tenantSlug, now }: RehearsedHostsProps) {
  const { credentialId, startedAt, hosts, hostCount, addresses, addressCount } = rehearsal;
  if (hostCount === 0 && addressCount === 0) {
    return (
      <p role="status" className="mt-3">
        Nobody used it since <Instant at={startedAt} />.
      </p>
    );
  }
  return (
    <>
      <p role="status" className="mt-3 mb-2 font-medium">
        A deletion would have cut {formatQuantity(hostCount, "host")}
        {hostCount === 0 ? ", and refused a token" : null}:
      </p>
      {hostCount > 0 ? (
        <StackTable label={`Hosts that a deletion of ${credentialId} would have cut`} columns={COLUMNS}>
          {hosts.map((host) => (
            <StackRow key={host.hostKey}>
              <StackCell label="Host">
                <span className="font-mono text-small">{host.hostName}</span>
              </StackCell>
              <StackCell label="Address">
                <span className="font-mono text-small">{host.address}</span>
              </StackCell>
              <StackCell label="Last seen" className="text-muted">
                <Ago at={host.lastSeenAt} now={now} />
              </StackCell>
              <StackCell label="Running jobs" isEmpty={host.jobs.length === 0}>
                <Jobs jobs={host.jobs} tenantSlug={tenantSlug} />
              </StackCell>
            </StackRow>
          ))}
        </StackTable>
      ) : null}
      <More count={hostCount - hosts.length} of="host" />
      {addressCount > 0 ? (
        <p className="mt-3 text-small">
          Tokens were bought from{" "}
          {addresses.map(({ address, lastAt }, index) => (
            <span key={address}>
              {index > 0 ? ", " : null}
              <span className="font-mono break-all">{address}</span>{" "}
              <span className="text-muted">
                (<Ago at={lastAt} now={now} />)
              </span>
            </span>
          ))}
          .
        </p>
      ) : null}
      <More count={addressCount - addresses.length} of="address" />
    </>
  );
}

function Jobs({ jobs, tenantSlug }: { jobs: readonly RehearsedJob[]; tenantSlug: string }) {
  return jobs.map(({ id, processName }) => (
    <Link
      key={id}
      href={pathsOf(tenantSlug).job(id)}
      prefetch={false}
      className="block rounded-link font-medium hover:text-accent hover:underline"
    >
      {processName}
    </Link>
  ));
}

function More({ count, of }: { count: number; of: "host" | "address" }) {
  if (count <= 0) return null;
  const which = count === 1 ? of : { host: "hosts", address: "addresses" }[of];
  return (
    <p className="mt-2 text-small text-muted">
      And {formatCount(count)} {which} more, seen longer ago.
    </p>
  );
}
