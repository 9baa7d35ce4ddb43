"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { activityAddress, isFiltered } from "@/components/activity/activity-address";
import { PERIOD_LABELS } from "@/components/activity/labels";
import { ButtonLink } from "@/components/ui/button";
import { type Option, Select } from "@/components/ui/select";
import {
  ACTIVITY_PERIODS,
  type ActivityListQuery,
  activityListSchema,
  TOKEN_OUTCOMES,
} from "@/lib/activity/schema";

type ActivityFiltersProps = {
  query: ActivityListQuery;
  path: string;
  /** Of the machine that is filtered by, when the tenant has it. */
  machineName: string | null;
};

const OUTCOME_OPTIONS: readonly Option[] = [
  { value: "", label: "All outcomes" },
  ...TOKEN_OUTCOMES.map((outcome) => ({ value: outcome, label: outcome })),
];
const PERIOD_OPTIONS: readonly Option[] = [
  { value: "", label: "All that is kept" },
  ...ACTIVITY_PERIODS.map((period) => ({ value: period, label: `The last ${PERIOD_LABELS[period]}` })),
];

export function ActivityFilters({ query, path, machineName }: ActivityFiltersProps) {
  const router = useRouter();
  const [isBusy, startTransition] = useTransition();
  const choose = (change: Record<string, string | undefined>) =>
    startTransition(() => {
      const { outcome, machine, period } = activityListSchema.parse({ ...query, ...change });
      router.replace(activityAddress(path, { outcome, machine, period }), { scroll: false });
    });
  const machineOptions: readonly Option[] = [
    { value: "", label: "All machines" },
    { value: query.machine ?? "", label: machineName ?? "A machine that is gone" },
  ];
  return (
    <div aria-busy={isBusy} className="mb-3 grid grid-cols-2 gap-2 sm:flex sm:flex-wrap">
      <Select
        aria-label="Outcome"
        options={OUTCOME_OPTIONS}
        value={query.outcome ?? ""}
        onValueChange={(outcome) => choose({ outcome })}
        className="sm:w-40"
      />
      <Select
        aria-label="Period"
        options={PERIOD_OPTIONS}
        value={query.period ?? ""}
        onValueChange={(period) => choose({ period })}
        className="sm:w-48"
      />
      {query.machine === undefined ? null : (
        <Select
          aria-label="Machine"
          options={machineOptions}
          value={query.machine}
          onValueChange={(machine) => choose({ machine })}
          className="sm:w-60"
        />
      )}
      {isFiltered(query) ? (
        <ButtonLink href={path} look="quiet" className="justify-self-start">
          Clear filters
        </ButtonLink>
      ) : null}
    </div>
  );
}
