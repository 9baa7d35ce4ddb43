import { LimitsForm } from "@/components/tenants/limits-form";
import type { Action } from "@/components/ui/attempt";
import { FactList } from "@/components/ui/fact-list";
import { Panel } from "@/components/ui/panel";
import { formatCount, formatQuantity } from "@/lib/format";
import type { Limits } from "@/lib/limits/schema";

type LimitsSectionProps = {
  limits: Limits;
  /** How many machines the tenant has now. */
  machines: number;
  canChange: boolean;
  save: Action<null>;
};

/** What the tenant allows itself: how many machines, how many credentials of each, for how long. */
export function LimitsSection({ limits, machines, canChange, save }: LimitsSectionProps) {
  return (
    <section aria-labelledby="limits" className="max-w-5xl">
      <h2 id="limits" className="text-base font-semibold">
        Limits
      </h2>
      <p className="mb-3 text-muted">
        They hold for what is added from now on; nothing that is there is taken away. The tenant has{" "}
        {formatQuantity(machines, "machine")}.
      </p>
      <Panel className="p-5">
        {canChange ? <LimitsForm limits={limits} save={save} /> : <Facts limits={limits} />}
      </Panel>
    </section>
  );
}

function Facts({ limits: { machinesMax, liveCredentialsMax, lifetimeDaysMax } }: { limits: Limits }) {
  const facts = [
    ["Machines", machinesMax === null ? "No limit" : formatCount(machinesMax)],
    ["Live secrets or keys of a machine", `${liveCredentialsMax} of each`],
    [
      "Days until a secret or key expires",
      lifetimeDaysMax === null ? "No limit" : formatCount(lifetimeDaysMax),
    ],
  ] as const;
  return <FactList facts={facts} />;
}
