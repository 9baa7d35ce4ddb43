import { ChevronLeft, ChevronRight, ChevronsLeft } from "lucide-react";
import { activityAddress } from "@/components/activity/activity-address";
import { ActivityRow } from "@/components/activity/activity-row";
import { ButtonLink } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { type Column, StackTable } from "@/components/ui/stack-table";
import type { ActivityListQuery, ActivityPage } from "@/lib/activity/schema";
import { formatQuantity } from "@/lib/format";

type ActivityListProps = {
  list: ActivityPage;
  /** What the addresses of other pages repeat. */
  query: Partial<ActivityListQuery>;
  path: string;
  tenantSlug: string;
  /** Of one machine only: which one needs not be said in each row. */
  isOfOne: boolean;
  empty: string;
};

const MACHINE: Column = { label: "Machine", className: "w-40" };
const columns = (isOfOne: boolean): readonly Column[] => [
  { label: "When", className: "w-46" },
  { label: "Outcome", className: "min-w-56" },
  ...(isOfOne ? [] : [MACHINE]),
  { label: "Secret or key", className: "w-38" },
  { label: "Address", className: "w-36" },
  { label: "User agent", className: "w-40" },
];

/** What was asked of the token endpoint, page by page; a page begins where another ends, however many rows there are. */
export function ActivityList({ list, query, path, tenantSlug, isOfOne, empty }: ActivityListProps) {
  const machines = new Map(list.machines.map((machine) => [machine.id, machine]));
  return (
    <>
      {list.rows.length === 0 ? (
        <Panel as="p" role="status" className="px-4 py-10 text-center text-muted">
          {empty}
        </Panel>
      ) : (
        <StackTable label="Token requests" columns={columns(isOfOne)}>
          {list.rows.map((row) => (
            <ActivityRow
              key={row.id}
              row={row}
              machine={isOfOne ? null : machines.get(row.machineId)}
              tenantSlug={tenantSlug}
            />
          ))}
        </StackTable>
      )}
      <div className="flex min-h-12 flex-wrap items-center gap-2 py-2 text-muted">
        <p role="status" className="mr-auto tabular-nums">
          {formatQuantity(list.rows.length, "row")} on this page
          {list.rows.some(({ isFolded, count }) => isFolded && count > 1)
            ? ". Where a machine’s requests came too fast for a row each, one row stands for those of a minute."
            : null}
        </p>
        <Pages list={list} query={query} path={path} />
      </div>
    </>
  );
}

function Pages({ list, query, path }: Pick<ActivityListProps, "list" | "query" | "path">) {
  const { older, newer } = list;
  if (older === null && newer === null) return null;
  return (
    <nav aria-label="Pages of token requests" className="flex flex-wrap gap-2">
      {newer ? (
        <>
          <ButtonLink href={activityAddress(path, query)} prefetch={false} scroll={false} size="sm">
            <ChevronsLeft aria-hidden size={14} />
            Newest
          </ButtonLink>
          <ButtonLink
            href={activityAddress(path, query, { newer })}
            prefetch={false}
            scroll={false}
            size="sm"
          >
            <ChevronLeft aria-hidden size={14} />
            Newer
          </ButtonLink>
        </>
      ) : null}
      {older ? (
        <ButtonLink href={activityAddress(path, query, { older })} prefetch={false} scroll={false} size="sm">
          Older
          <ChevronRight aria-hidden size={14} />
        </ButtonLink>
      ) : null}
    </nav>
  );
}
