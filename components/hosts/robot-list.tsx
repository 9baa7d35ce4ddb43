"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Action } from "@/components/ui/attempt";
import { Button, ButtonLink } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { pageAddress } from "@/components/ui/page-address";
import { PageFooter, type Place } from "@/components/ui/page-footer";
import { type Crumb, PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { type Option, Select } from "@/components/ui/select";
import { type Column, StackTable } from "@/components/ui/stack-table";
import { useToasts } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/format";
import { pathsOf } from "@/lib/paths";
import { type RobotRow as Row, SESSION_STATES, type SessionState } from "@/lib/sessions/schema";
import { DisconnectDialog } from "./disconnect-dialog";
import type { Cut } from "./disconnected";
import { NoRobots } from "./no-robots";
import { RobotRow } from "./robot-row";

/** What the page can do to hosts; the page passes the actions in. */
export type RobotActions = {
  readonly disconnect: Action<Cut>;
  readonly removeDead: Action<{ readonly removed: number }>;
};

type RobotListProps = {
  crumbs: readonly Crumb[];
  /** Those of this page. */
  robots: readonly Row[];
  /** Of all hosts, or those of the one name, whatever state is shown. */
  counts: Readonly<Record<SessionState, number>>;
  place: Place;
  /** The one state that is shown; all are when there is none. */
  state: SessionState | undefined;
  /** The name of the hosts that are shown; all are when there is none. */
  host: string | undefined;
  tenantSlug: string;
  now: Date;
  canChange: boolean;
  actions: RobotActions;
};

const COLUMNS: readonly Column[] = [
  { label: "Host" },
  { label: "State", className: "w-40" },
  { label: "Running job", className: "w-30" },
  { label: "Machine, secret ID", className: "w-40" },
  { label: "Address", className: "w-28" },
  { label: "Last heartbeat", className: "w-30" },
];
const STATE_OPTIONS: readonly Option[] = [
  { value: "", label: "All states" },
  ...SESSION_STATES.map((one) => ({ value: one, label: one })),
];
const ACTIONS: Column = { label: "Actions", className: "w-32", isHidden: true };

export function RobotList({
  crumbs,
  robots,
  counts,
  place,
  state,
  host,
  tenantSlug,
  now,
  canChange,
  actions,
}: RobotListProps) {
  const router = useRouter();
  const toasts = useToasts();
  const [asking, setAsking] = useState<Row | "dead" | null>(null);
  const { Disconnected: dead, Unresponsive: silent } = counts;
  const paths = pathsOf(tenantSlug);
  const path = paths.robots;
  return (
    <>
      <PageHeader crumbs={crumbs} title="Robots">
        {canChange && dead > 0 && host === undefined ? (
          <Button onClick={() => setAsking("dead")}>
            <Trash2 aria-hidden size={15} />
            Remove dead
          </Button>
        ) : null}
      </PageHeader>
      {robots.length === 0 && state === undefined && host === undefined ? (
        <NoRobots machinesPath={paths.machines} />
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
            <Select
              aria-label="State"
              options={STATE_OPTIONS}
              value={state ?? ""}
              onValueChange={(chosen) =>
                router.replace(pageAddress(path, 1, { state: chosen || undefined, host }), { scroll: false })
              }
              className="w-40"
            />
            <p role="status" className="text-muted tabular-nums">
              {state === undefined ? (
                <>
                  {formatQuantity(counts.Available + counts.Busy, "host")} connected
                  {silent > 0 ? `, ${silent} unresponsive` : null}
                  {dead > 0 ? `, ${dead} disconnected` : null}
                </>
              ) : (
                `${formatQuantity(place.all, "host")} ${state.toLowerCase()}`
              )}
            </p>
            {host === undefined ? null : (
              <p className="flex min-w-0 items-center gap-2">
                <span className="truncate">Only {host}</span>
                <ButtonLink href={path} size="sm">
                  Show all
                </ButtonLink>
              </p>
            )}
          </div>
          {robots.length === 0 ? (
            <Panel className="flex flex-col items-center gap-3 px-4 py-14">
              <p className="font-medium">
                {host ? "No such host is in the list" : "No host is in this state"}
              </p>
              <ButtonLink href={path} size="sm">
                Clear filters
              </ButtonLink>
            </Panel>
          ) : (
            <StackTable label="Robots" columns={canChange ? [...COLUMNS, ACTIONS] : COLUMNS}>
              {robots.map((row) => (
                <RobotRow
                  key={row.sessionId}
                  row={row}
                  tenantSlug={tenantSlug}
                  now={now}
                  hasActions={canChange}
                  onDisconnect={() => setAsking(row)}
                />
              ))}
            </StackTable>
          )}
          <PageFooter place={place} hrefOf={(page) => pageAddress(path, page, { state, host })} />
        </>
      )}
      {asking === "dead" ? (
        <ConfirmDialog
          title="Remove the disconnected hosts?"
          description={`${formatQuantity(dead, "host")} that no longer ${dead === 1 ? "is" : "are"} connected will go from this list. Their jobs and the audit record keep them.`}
          verb="Remove"
          run={() => actions.removeDead({})}
          onDone={({ removed }) => toasts.add({ title: `${formatQuantity(removed, "host")} removed.` })}
          onClose={() => setAsking(null)}
        />
      ) : null}
      {asking !== null && asking !== "dead" ? (
        <DisconnectDialog
          robot={robots.find(({ sessionId }) => sessionId === asking.sessionId) ?? asking}
          disconnect={actions.disconnect}
          onClose={() => setAsking(null)}
        />
      ) : null}
    </>
  );
}
