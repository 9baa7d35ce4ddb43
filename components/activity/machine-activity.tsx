import { activityAddress } from "@/components/activity/activity-address";
import { ActivityChart } from "@/components/activity/activity-chart";
import { ActivityList } from "@/components/activity/activity-list";
import { CredentialUses } from "@/components/activity/credential-uses";
import { PeriodLinks } from "@/components/activity/period-links";
import { ButtonLink } from "@/components/ui/button";
import { Disclosure } from "@/components/ui/disclosure";
import { Panel } from "@/components/ui/panel";
import type { ActivityBin, ActivityPage, ActivityPeriod } from "@/lib/activity/schema";
import type { CredentialActivity } from "@/lib/fleet/schema";
import { pathsOf } from "@/lib/paths";

/** What a machine's page knows of its sign-ins. */
export type MachineActivityView = {
  readonly bins: readonly ActivityBin[];
  readonly period: ActivityPeriod;
  readonly list: ActivityPage;
  readonly credentials: readonly CredentialActivity[];
  /** For how many days it is kept; 0: nothing is recorded. */
  readonly keptDays: number;
};

type MachineActivityProps = {
  activity: MachineActivityView;
  machineId: string;
  /** Where the tenant's pages are. */
  tenantSlug: string;
  now: Date;
};

export function MachineActivity({ activity, machineId, tenantSlug, now }: MachineActivityProps) {
  const { bins, period, list, credentials, keptDays } = activity;
  const paths = pathsOf(tenantSlug);
  const path = paths.machine(machineId);
  if (keptDays === 0) {
    return (
      <p className="text-muted">This installation does not record what robots ask of the token endpoint.</p>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <Panel className="p-5">
        <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
          <p className="text-muted">Token requests, kept for {keptDays} days</p>
          <PeriodLinks period={period} hrefOf={(each) => activityAddress(path, { period: each })} />
        </div>
        <ActivityChart bins={bins} period={period} />
      </Panel>
      {credentials.length > 0 ? (
        <Disclosure label="Use of each secret and key">
          <CredentialUses credentials={credentials} now={now} />
        </Disclosure>
      ) : null}
      <Disclosure label="Latest token requests" isOpenAtFirst={list.newer !== null}>
        <ActivityList
          list={list}
          query={{ period }}
          path={path}
          tenantSlug={tenantSlug}
          isOfOne
          empty="No robot has asked for a token as this machine."
        />
        {list.rows.length > 0 ? (
          <ButtonLink
            href={activityAddress(paths.activity, { machine: machineId, outcome: "Refused" })}
            prefetch={false}
            size="sm"
          >
            Refused ones only
          </ButtonLink>
        ) : null}
      </Disclosure>
    </div>
  );
}
