import { activityAddress } from "@/components/activity/activity-address";
import { ActivityChart } from "@/components/activity/activity-chart";
import { PeriodLinks } from "@/components/activity/period-links";
import { Attention } from "@/components/overview/attention";
import { FigureItem, FigureList } from "@/components/overview/figure-list";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import { totalOf } from "@/lib/activity/rules";
import type { ActivityBin, ActivityPeriod, TokenOutcome } from "@/lib/activity/schema";
import { UNUSED_AFTER_DAYS } from "@/lib/credentials/rules";
import type { OverviewAttention, OverviewFigures, SecretFigure } from "@/lib/fleet/schema";
import { formatCount, formatQuantity } from "@/lib/format";
import { pathsOf } from "@/lib/paths";
import { SESSION_STATES } from "@/lib/sessions/schema";

type OverviewProps = {
  figures: OverviewFigures;
  attention: OverviewAttention;
  now: Date;
  bins: readonly ActivityBin[];
  period: ActivityPeriod;
  keptDays: number;
  /** Where the tenant's pages are. */
  tenantSlug: string;
};

const onMachines = ({ secrets, machines }: SecretFigure) =>
  secrets === 0 || machines === null ? undefined : `on ${formatQuantity(machines, "machine")}`;

export function Overview({ figures, attention, now, bins, period, keptDays, tenantSlug }: OverviewProps) {
  const { hosts, jobs, neverUsed, unused, machinesWithOneSecret } = figures;
  const paths = pathsOf(tenantSlug);
  const secretsHref = (filter: string) => `${paths.machines}?secrets=${filter}`;
  return (
    <div className="flex max-w-5xl flex-col gap-7">
      <Attention attention={attention} silentHosts={hosts.Unresponsive} now={now} tenantSlug={tenantSlug} />
      <TokenRequests bins={bins} period={period} keptDays={keptDays} tenantSlug={tenantSlug} />
      <FigureList title="Hosts">
        {SESSION_STATES.map((state) => (
          <FigureItem
            key={state}
            label={state}
            count={hosts[state]}
            href={`${paths.robots}?state=${state}`}
            {...(state === "Unresponsive" && { look: "danger" })}
          />
        ))}
      </FigureList>
      <FigureList title="Jobs">
        <FigureItem label="Running" count={jobs.running} href={`${paths.jobs}?state=Running`} />
        <FigureItem label="Waiting for a host" count={jobs.pending} href={`${paths.jobs}?state=Pending`} />
      </FigureList>
      <FigureList title="Client secrets">
        <FigureItem
          label="Never used"
          count={neverUsed.secrets}
          note={onMachines(neverUsed)}
          href={secretsHref("neverUsed")}
        />
        <FigureItem
          label={`Unused for ${UNUSED_AFTER_DAYS} days`}
          count={unused.secrets}
          note={onMachines(unused)}
          href={secretsHref("unused")}
          look="brass"
        />
        <FigureItem
          label="Machines with one live secret only"
          count={machinesWithOneSecret}
          note="without a second one to change over to"
          href={secretsHref("single")}
        />
      </FigureList>
    </div>
  );
}

type TokenRequestsProps = Pick<OverviewProps, "bins" | "period" | "keptDays" | "tenantSlug">;

function TokenRequests({ bins, period, keptDays, tenantSlug }: TokenRequestsProps) {
  const { granted, refused } = totalOf(bins);
  return (
    <Panel as="section" aria-labelledby="token-requests" className="p-5">
      <div className="mb-3 flex flex-wrap items-center gap-x-5 gap-y-2">
        <h2 id="token-requests" className="text-base font-semibold">
          Token requests
        </h2>
        <p className="mr-auto flex flex-wrap gap-x-4">
          <Total outcome="Granted" count={granted} period={period} tenantSlug={tenantSlug} />
          <Total outcome="Refused" count={refused} period={period} tenantSlug={tenantSlug} />
          <Link
            href={pathsOf(tenantSlug).activity}
            className="text-muted underline-offset-2 hover:text-ink hover:underline"
          >
            All activity
          </Link>
        </p>
        <PeriodLinks
          period={period}
          hrefOf={(each) => activityAddress(pathsOf(tenantSlug).overview, { period: each })}
        />
      </div>
      {keptDays === 0 ? (
        <p className="text-muted">This installation does not record what robots ask of the token endpoint.</p>
      ) : (
        <ActivityChart bins={bins} period={period} />
      )}
    </Panel>
  );
}

type TotalProps = { outcome: TokenOutcome; count: number; period: ActivityPeriod; tenantSlug: string };

function Total({ outcome, count, period, tenantSlug }: TotalProps) {
  return (
    <Link
      href={activityAddress(pathsOf(tenantSlug).activity, { outcome, period })}
      className="underline decoration-line underline-offset-2 hover:decoration-current"
    >
      <b className="font-semibold tabular-nums">{formatCount(count)}</b> {outcome.toLowerCase()}
    </Link>
  );
}
