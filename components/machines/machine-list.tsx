"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { DeleteMachinesDialog } from "@/components/machines/delete-machines-dialog";
import { DisableMachineDialog } from "@/components/machines/disable-machine-dialog";
import { listAddress } from "@/components/machines/list-address";
import { ListFooter } from "@/components/machines/list-footer";
import type { MachineActions } from "@/components/machines/machine-actions";
import { createMachineMenu, MachineMenu } from "@/components/machines/machine-menu";
import { MachineRow } from "@/components/machines/machine-row";
import { MachineTable } from "@/components/machines/machine-table";
import { MachineToolbar } from "@/components/machines/machine-toolbar";
import { NoMatch } from "@/components/machines/no-match";
import { SelectionBar } from "@/components/machines/selection-bar";
import { useEnableMachine } from "@/components/machines/use-enable-machine";
import { copyText } from "@/components/ui/clipboard";
import { Panel } from "@/components/ui/panel";
import { useToasts } from "@/components/ui/toast";
import type { MachineListQuery, MachinePage, MachineRow as Row } from "@/lib/machines/schema";
import { pathsOf } from "@/lib/paths";

type MachineListProps = {
  list: MachinePage;
  query: MachineListQuery;
  tenantSlug: string;
  now: Date;
  canChange: boolean;
  actions: MachineActions;
};

type Asking = { deed: "delete"; machines: readonly Row[] } | { deed: "disable"; machine: Row } | null;

export function MachineList({ list, query, tenantSlug, now, canChange, actions }: MachineListProps) {
  const router = useRouter();
  const toasts = useToasts();
  const enable = useEnableMachine(actions.enable);
  const [menu] = useState(createMachineMenu);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Asking>(null);
  const [isBusy, startTransition] = useTransition();
  const chosen = list.rows.filter((row) => ticked.has(row.id));
  const paths = pathsOf(tenantSlug);
  const path = paths.machines;

  const change = (part: Partial<MachineListQuery>) =>
    startTransition(() => router.replace(listAddress(path, query, part), { scroll: false }));
  const tick = (row: Row, isTicked: boolean) => {
    const next = new Set(chosen.map((each) => each.id));
    if (isTicked) next.add(row.id);
    else next.delete(row.id);
    setTicked(next);
  };
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
                    onChange: (isTicked) =>
                      setTicked(new Set(isTicked ? list.rows.map((row) => row.id) : [])),
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
                    ? { checked: ticked.has(row.id), onChange: (isTicked) => tick(row, isTicked) }
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
            count={chosen.length}
            onClear={() => setTicked(new Set())}
            onDelete={() => setAsking({ deed: "delete", machines: chosen })}
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
        onDelete={(machine) => setAsking({ deed: "delete", machines: [machine] })}
      />
      {asking?.deed === "delete" ? (
        <DeleteMachinesDialog machines={asking.machines} actions={actions} onClose={() => setAsking(null)} />
      ) : null}
      {asking?.deed === "disable" ? (
        <DisableMachineDialog machine={asking.machine} actions={actions} onClose={() => setAsking(null)} />
      ) : null}
    </>
  );
}
