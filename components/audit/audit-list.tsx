"use client";

import { ChevronLeft, ChevronRight, ChevronsLeft } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMemo, useTransition } from "react";
import { auditAddress, isFiltered } from "@/components/audit/audit-address";
import { AuditToolbar } from "@/components/audit/audit-toolbar";
import { EventRow } from "@/components/audit/event-row";
import type { Words } from "@/components/audit/sentence";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import { type Column, StackTable } from "@/components/ui/stack-table";
import type { AuditListQuery, AuditPage, Person } from "@/lib/audit/schema";
import { formatCount, formatQuantity } from "@/lib/format";
import { MACHINES_MEANT_MAX } from "@/lib/machines/schema";
import { pathsOf } from "@/lib/paths";

type AuditListProps = {
  list: AuditPage;
  query: AuditListQuery;
  persons: readonly Person[];
  kinds: readonly string[];
  /** The address of this page. */
  path: string;
  tenantSlug: string;
};

const COLUMNS: readonly Column[] = [
  { label: "When", className: "w-48" },
  { label: "Who", className: "w-60" },
  { label: "What" },
  { label: "In the chain", className: "w-30" },
];

const LINK = "rounded-link font-semibold hover:text-accent hover:underline";

export function AuditList({ list, query, persons, kinds, path, tenantSlug }: AuditListProps) {
  const router = useRouter();
  const [isBusy, startTransition] = useTransition();
  const { older: _older, newer: _newer, ...filters } = query;
  const words = useMemo(() => wordsOf(list, tenantSlug), [list, tenantSlug]);
  return (
    <>
      <AuditToolbar
        filters={filters}
        persons={persons}
        kinds={kinds}
        clearHref={isFiltered(query) ? path : null}
        onFilter={(chosen) =>
          startTransition(() => router.push(auditAddress(path, chosen), { scroll: false }))
        }
      />
      {list.isMachineVague ? (
        <Banner look="note" role="status" className="mb-3">
          {formatCount(MACHINES_MEANT_MAX)} machines or more match, and only events of the newest{" "}
          {formatCount(MACHINES_MEANT_MAX)} are shown and exported. Type more of the name, or a client ID.
        </Banner>
      ) : null}
      {list.rows.length === 0 ? (
        <Panel as="p" role="status" className="px-4 py-14 text-center font-medium">
          {isFiltered(query) || query.older || query.newer
            ? "No event matches"
            : "Nothing has happened in this tenant yet"}
        </Panel>
      ) : (
        <StackTable label="Events" columns={COLUMNS} isBusy={isBusy}>
          {list.rows.map((row) => (
            <EventRow key={row.id} row={row} words={words} />
          ))}
        </StackTable>
      )}
      <div className="flex min-h-14 flex-wrap items-center gap-2 py-2 text-muted">
        <p role="status" className="mr-auto tabular-nums">
          {formatQuantity(list.rows.length, "event")} on this page
        </p>
        <Pages list={list} query={query} path={path} />
      </div>
    </>
  );
}

/** The record has no numbered pages: a page begins where another ends, however many rows there are. */
function Pages({ list, query, path }: Pick<AuditListProps, "list" | "query" | "path">) {
  const { older, newer } = list;
  if (older === null && newer === null) return null;
  return (
    <nav aria-label="Pages" className="flex flex-wrap gap-2">
      {newer ? (
        <>
          <ButtonLink href={auditAddress(path, query)} prefetch={false} size="sm">
            <ChevronsLeft aria-hidden size={14} />
            Newest
          </ButtonLink>
          <ButtonLink href={auditAddress(path, query, { newer })} prefetch={false} size="sm">
            <ChevronLeft aria-hidden size={14} />
            Newer
          </ButtonLink>
        </>
      ) : null}
      {older ? (
        <ButtonLink href={auditAddress(path, query, { older })} prefetch={false} size="sm">
          Older
          <ChevronRight aria-hidden size={14} />
        </ButtonLink>
      ) : null}
    </nav>
  );
}

/** Machines are called what they are called now, and lead to their page while they have one. */
function wordsOf({ machines }: AuditPage, tenantSlug: string): Words {
  const paths = pathsOf(tenantSlug);
  const known = new Map(machines.map((machine) => [machine.id, machine]));
  return {
    machine: (machineId, name) => {
      const machine = known.get(machineId);
      if (!machine) return <b className="font-semibold">{name ?? machineId}</b>;
      if (machine.isDeleted) return <b className="font-semibold">{name ?? machine.name}</b>;
      return (
        <Link href={paths.machine(machineId)} prefetch={false} className={LINK}>
          {name ?? machine.name}
        </Link>
      );
    },
  };
}
