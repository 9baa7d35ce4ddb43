"use client";

import { Play, Plus } from "lucide-react";
import { useState } from "react";
import type { ProcessActions } from "@/components/processes/process-actions";
import { ProcessDialog } from "@/components/processes/process-dialog";
import { ProcessMenu } from "@/components/processes/process-menu";
import { Empty } from "@/components/shell/empty";
import { Button, ButtonLink } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { pageAddress } from "@/components/ui/page-address";
import { PageFooter, type Place } from "@/components/ui/page-footer";
import { type Crumb, PageHeader } from "@/components/ui/page-header";
import { type Column, StackCell, StackRow, StackTable, Under } from "@/components/ui/stack-table";
import { Day } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import type { ProcessView } from "@/lib/jobs/schema";

type ProcessListProps = {
  crumbs: readonly Crumb[];
  processes: readonly ProcessView[];
  place: Place;
  path: string;
  newJobPath: string;
  canChange: boolean;
  actions: ProcessActions;
};

type Asking = { deed: "add" } | { deed: "edit" | "delete"; process: ProcessView } | null;

const COLUMNS: readonly Column[] = [
  { label: "Name", className: "w-[24%]" },
  { label: "Runtime type", className: "w-36" },
  { label: "Description" },
  { label: "Created", className: "w-56" },
];
const ACTIONS: Column = { label: "Actions", className: "w-40", isHidden: true };

export function ProcessList({
  crumbs,
  processes,
  place,
  path,
  newJobPath,
  canChange,
  actions,
}: ProcessListProps) {
  const [asking, setAsking] = useState<Asking>(null);
  const toasts = useToasts();
  const add = (
    <Button look="primary" onClick={() => setAsking({ deed: "add" })}>
      <Plus aria-hidden size={16} />
      Add process
    </Button>
  );
  return (
    <>
      <PageHeader crumbs={crumbs} title="Processes">
        {canChange && processes.length > 0 ? add : null}
      </PageHeader>
      {processes.length === 0 ? (
        <Empty title="No processes yet" buttons={canChange ? add : null}>
          <p>
            A process is a named thing your robots know how to run. A job runs one process on one host, with
            input that the process brings along or that you give it.
          </p>
          {canChange ? null : <p>Ask an administrator of this tenant to add one.</p>}
        </Empty>
      ) : (
        <StackTable label="Processes" columns={canChange ? [...COLUMNS, ACTIONS] : COLUMNS}>
          {processes.map((process) => (
            <StackRow key={process.id}>
              <StackCell className="font-medium">
                <span id={`process-${process.id}`}>{process.name}</span>
              </StackCell>
              <StackCell label="Runtime type" className="text-muted">
                {process.runtimeType}
              </StackCell>
              <StackCell label="Description" className="text-muted" isEmpty={process.description === ""}>
                {process.description}
              </StackCell>
              <StackCell label="Created" className="text-muted">
                <Day at={process.createdAt} />
                {process.createdBy ? <Under>by {process.createdBy}</Under> : null}
              </StackCell>
              {canChange ? (
                <StackCell className="@3xl:py-1.5">
                  <span className="flex items-center gap-1 @3xl:justify-end">
                    <ButtonLink
                      size="sm"
                      href={`${newJobPath}?process=${process.id}`}
                      aria-describedby={`process-${process.id}`}
                    >
                      <Play aria-hidden size={13} />
                      Start job
                    </ButtonLink>
                    <ProcessMenu
                      describedBy={`process-${process.id}`}
                      onEdit={() => setAsking({ deed: "edit", process })}
                      onDelete={() => setAsking({ deed: "delete", process })}
                    />
                  </span>
                </StackCell>
              ) : null}
            </StackRow>
          ))}
        </StackTable>
      )}
      <PageFooter place={place} hrefOf={(page) => pageAddress(path, page)} />
      {asking?.deed === "add" || asking?.deed === "edit" ? (
        <ProcessDialog
          process={asking.deed === "edit" ? asking.process : undefined}
          actions={actions}
          onClose={() => setAsking(null)}
        />
      ) : null}
      {asking?.deed === "delete" ? (
        <ConfirmDialog
          title="Delete this process?"
          description={
            <>
              No new job of <strong className="font-medium text-ink">{asking.process.name}</strong> can be
              started. Its jobs stay, also those that still wait or run.
            </>
          }
          verb="Delete"
          run={() => actions.remove({ processId: asking.process.id })}
          onDone={() => toasts.add({ title: `${asking.process.name} deleted.` })}
          onClose={() => setAsking(null)}
        />
      ) : null}
    </>
  );
}
