"use client";

import { Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { AddTenantDialog } from "@/components/tenants/add-tenant-dialog";
import { RenameTenantDialog } from "@/components/tenants/rename-tenant-dialog";
import type { Action } from "@/components/ui/attempt";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { pageAddress } from "@/components/ui/page-address";
import { PageFooter, type Place } from "@/components/ui/page-footer";
import { type Column, StackCell, StackRow, StackTable } from "@/components/ui/stack-table";
import { formatCount } from "@/lib/format";
import { pathsOf } from "@/lib/paths";
import type { TenantRow } from "@/lib/tenants/schema";

type TenantsSectionProps = {
  rows: readonly TenantRow[];
  place: Place;
  path: string;
  /** The ids of those that the reader belongs to, whose pages open. */
  own: readonly string[];
  canCreate: boolean;
  canRename: boolean;
  actions: {
    readonly add: Action<{ readonly slug: string }>;
    readonly rename: Action<null>;
  };
};

const COLUMNS: readonly Column[] = [
  { label: "Name" },
  { label: "Address" },
  { label: "Machines", className: "w-28" },
  { label: "Members", className: "w-28" },
];
const ACTIONS: Column = { label: "Actions", className: "w-32", isHidden: true };

/** All tenants for whoever manages the installation; for others the one they are in. */
export function TenantsSection(props: TenantsSectionProps) {
  const { rows, place, path, own, canCreate, canRename, actions } = props;
  const [asking, setAsking] = useState<"add" | TenantRow | null>(null);
  const close = () => setAsking(null);
  const heading = canCreate ? "Tenants" : "Tenant";
  return (
    <section aria-labelledby="tenants">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="max-w-2xl min-w-0">
          <h2 id="tenants" className="text-base font-semibold">
            {heading}
          </h2>
          <p className="mt-0.5 text-muted">
            A tenant is a separate set of machines, people and records. Its name may change; its address
            stays.
          </p>
        </div>
        {canCreate ? (
          <Button onClick={() => setAsking("add")}>
            <Plus aria-hidden size={16} />
            Create tenant
          </Button>
        ) : null}
      </div>
      <StackTable label={heading} columns={canRename ? [...COLUMNS, ACTIONS] : COLUMNS}>
        {rows.map((row) => (
          <StackRow key={row.id}>
            <StackCell className="@3xl:pt-3.5">
              <TenantName row={row} isOwn={own.includes(row.id)} />
            </StackCell>
            <StackCell label="Address" className="@3xl:pt-3.5">
              <span className="font-mono text-small">{row.slug}</span>
            </StackCell>
            <StackCell label="Machines" className="tabular-nums @3xl:pt-3.5">
              {formatCount(row.machines)}
            </StackCell>
            <StackCell label="Members" className="tabular-nums @3xl:pt-3.5">
              {formatCount(row.members)}
            </StackCell>
            {canRename ? (
              <StackCell className="@3xl:text-right">
                <Button size="sm" aria-describedby={`tenant-${row.id}`} onClick={() => setAsking(row)}>
                  <Pencil aria-hidden size={14} />
                  Rename
                </Button>
              </StackCell>
            ) : null}
          </StackRow>
        ))}
      </StackTable>
      <PageFooter place={place} hrefOf={(page) => pageAddress(path, page)} />
      {asking === "add" ? <AddTenantDialog add={actions.add} onClose={close} /> : null}
      {asking !== null && asking !== "add" ? (
        <RenameTenantDialog tenant={asking} rename={actions.rename} onClose={close} />
      ) : null}
    </section>
  );
}

/** Leads to the tenant's pages where they open for the reader. */
function TenantName({ row, isOwn }: { row: TenantRow; isOwn: boolean }) {
  const id = `tenant-${row.id}`;
  if (!isOwn) {
    return (
      <span id={id} className="font-medium">
        {row.name}
      </span>
    );
  }
  return (
    <Link id={id} href={pathsOf(row.slug).machines} className="font-medium hover:underline">
      {row.name}
    </Link>
  );
}
