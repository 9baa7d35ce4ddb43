"use client";

import { useRouter } from "next/navigation";
import { lazy, Suspense, useState, useTransition } from "react";
import { DeleteMachineDialog } from "@/components/machines/delete-machine-dialog";
import { DisableMachineDialog } from "@/components/machines/disable-machine-dialog";
import { listAddress } from "@/components/machines/list-address";
import { ListFooter } from "@/components/machines/list-footer";
import type { MachineActions } from "@/components/machines/machine-actions";
import { createMachineMenu, MachineMenu } from "@/components/machines/machine-menu";
import { MachineRow } from "@/components/machines/machine-row";
import { MachineTable } from "@/components/machines/machine-table";
import { MachineToolbar } from "@/components/machines/machine-toolbar";
import {
  filterOf,
  type ManyActions,
  type ManyChosen,
  type ManyDeed,
} from "@/components/machines/many-actions";
import { NoMatch } from "@/components/machines/no-match";
import { SelectionBar } from "@/components/machines/selection-bar";
import { useEnableMachine } from "@/components/machines/use-enable-machine";
import { copyText } from "@/components/ui/clipboard";
import { Panel } from "@/components/ui/panel";
import { useToasts } from "@/components/ui/toast";
import {
  MACHINES_MATCHING_MAX,
  type MachineListQuery,
  type MachinePage,
  type MachineRow as Row,
} from "@/lib/machines/schema";
import { pathsOf } from "@/lib/paths";

type MachineListProps = {
  list: MachinePage;
  query: MachineListQuery;
  tenantSlug: string;
  now: Date;
  canChange: boolean;
  actions: MachineActions & ManyActions;
};

/** Most who look at the list do nothing to many at once. */
const ManyDialog = lazy(() =>
  import("@/components/machines/many-dialogs").then((file) => ({ default: file.ManyDialog })),
);

type Asking =
  | { readonly deed: "delete" | "disable"; readonly machine: Row }
  | { readonly deed: "many"; readonly what: ManyDeed; readonly chosen: ManyChosen }
  | null;

export function MachineList({ list, query, tenantSlug, now, canChange, actions }: MachineListProps) {
  const router = useRouter();
  const toasts = useToasts();
  const enable = useEnableMachine(actions.enable);
  const [menu] = useState(createMachineMenu);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Asking>(null);
  const [isBusy, startTransition] = useTransition();
  /** All that match are meant, on this page and the others, as long as the list is narrowed as it is. */
  const narrowing = JSON.stringify(filterOf(query));
  const [allOf, setAllOf] = useState<string | null>(null);
  const isAll = allOf === narrowing;
  const chosen = isAll ? list.rows : list.rows.filter((row) => ticked.has(row.id));
  const paths = pathsOf(tenantSlug);
  const path = paths.machines;

  const change = (part: Partial<MachineListQuery>) =>
    startTransition(() => router.replace(listAddress(path, query, part), { scroll: false }));
  const tick = (row: Row, isTicked: boolean) => {
    const next = new Set(chosen.map((each) => each.id));
    if (isTicked) next.add(row.id);
    else next.delete(row.id);
    setTicked(next);
    setAllOf(null);
  };
  const clear = () => {
    setTicked(new Set());
    setAllOf(null);
  };
  const ask = (what: ManyDeed) =>
    setAsking({
      deed: "many",
      what,
      chosen: isAll
        ? { count: list.matching, named: null, meant: { filter: filterOf(query) } }
        : { count: chosen.length, named: chosen, meant: { machineIds: chosen.map(({ id }) => id) } },
    });
  const copy = async (row: Row) => {
    const copied = await copyText(row.clientId);
    toasts.add(
      copied ? { title: "Client ID copied" } : { title: "The browser refused to copy.", type: "failure" },
    );
  };

  return (
    <>
      <MachineToolbar query={query} onChange={change} />
      <Panel className="mt-3">
        {list.rows.length === 0 ? (
          <NoMatch clearHref={path} />
        ) : (
          <MachineTable
            query={query}
            path={path}
            isBusy={isBusy}
            selectAll={
              canChange
                ? {
                    checked: chosen.length === list.rows.length,
                    indeterminate: chosen.length > 0 && chosen.length < list.rows.length,
                    onChange: (isTicked) => {
                      setAllOf(null);
                      setTicked(new Set(isTicked ? list.rows.map((row) => row.id) : []));
                    },
                  }
                : undefined
            }
          >
            {list.rows.map((row) => (
              <MachineRow
                key={row.id}
                row={row}
                now={now}
                href={paths.machine(row.id)}
                search={query.search}
                menu={menu}
                tick={
                  canChange
                    ? { checked: isAll || ticked.has(row.id), onChange: (isTicked) => tick(row, isTicked) }
                    : undefined
                }
              />
            ))}
          </MachineTable>
        )}
      </Panel>
      <ListFooter list={list} query={query} path={path} onPageSize={(pageSize) => change({ pageSize })}>
        {chosen.length > 0 ? (
          <SelectionBar
            count={isAll ? list.matching : chosen.length}
            matching={
              !isAll && list.matching > chosen.length && list.matching <= MACHINES_MATCHING_MAX
                ? list.matching
                : null
            }
            onAll={() => setAllOf(narrowing)}
            onClear={clear}
            onDeed={ask}
          />
        ) : null}
      </ListFooter>
      <MachineMenu
        handle={menu}
        hrefOf={(row) => paths.machine(row.id)}
        canChange={canChange}
        onCopy={copy}
        onEnable={enable}
        onDisable={(machine) => setAsking({ deed: "disable", machine })}
        onDelete={(machine) => setAsking({ deed: "delete", machine })}
      />
      {asking?.deed === "delete" ? (
        <DeleteMachineDialog machine={asking.machine} actions={actions} onClose={() => setAsking(null)} />
      ) : null}
      {asking?.deed === "disable" ? (
        <DisableMachineDialog machine={asking.machine} actions={actions} onClose={() => setAsking(null)} />
      ) : null}
      {asking?.deed === "many" ? (
        <Suspense>
          <ManyDialog
            deed={asking.what}
            chosen={asking.chosen}
            actions={actions}
            onClose={(isDone) => {
              setAsking(null);
              if (isDone) clear();
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
