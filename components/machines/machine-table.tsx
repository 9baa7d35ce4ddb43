import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { listAddress, sortChange } from "@/components/machines/list-address";
import { Checkbox } from "@/components/ui/checkbox";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { TableHead, TableHeadRow } from "@/components/ui/table";
import type { MachineListQuery, MachineSort } from "@/lib/machines/schema";

/** Which columns there are, from which width on, and how wide; the name takes what is left. */
const COLUMNS: readonly { label: string; title?: string; sort?: MachineSort; className: string }[] = [
  { label: "Name", sort: "name", className: "" },
  { label: "Type", sort: "type", className: "hidden w-20 md:table-cell" },
  { label: "Description", sort: "description", className: "hidden w-[18%] xl:table-cell 2xl:w-[24%]" },
  { label: "Client ID", className: "hidden w-32 lg:table-cell 2xl:w-84" },
  {
    label: "Secrets, keys",
    title: "Live client secrets and keys",
    sort: "secrets",
    className: "hidden w-36 md:table-cell",
  },
  {
    label: "Hosts",
    title: "Connected hosts",
    sort: "hosts",
    className: "hidden w-16 text-right md:table-cell",
  },
  { label: "Last used", sort: "lastUsed", className: "hidden w-24 md:table-cell" },
  { label: "Created", sort: "created", className: "hidden w-26 lg:table-cell" },
];

type MachineTableProps = {
  query: MachineListQuery;
  path: string;
  isBusy: boolean;
  /** The box above the rows; without it there is nothing to tick. */
  selectAll?: { checked: boolean; indeterminate: boolean; onChange: (checked: boolean) => void } | undefined;
  children: ReactNode;
};

export function MachineTable({ query, path, isBusy, selectAll, children }: MachineTableProps) {
  return (
    <table
      aria-label="Machines"
      aria-busy={isBusy}
      className="w-full table-fixed border-collapse aria-busy:opacity-60"
    >
      <thead>
        <TableHeadRow>
          {selectAll ? (
            <TableHead className="w-10 pr-0 pl-3">
              <span className="flex">
                <Checkbox
                  aria-label="Tick all on this page"
                  checked={selectAll.checked}
                  indeterminate={selectAll.indeterminate}
                  onCheckedChange={selectAll.onChange}
                />
              </span>
            </TableHead>
          ) : null}
          {COLUMNS.map((column) => (
            <TableHead
              key={column.label}
              title={column.title}
              aria-sort={ariaSort(query, column.sort)}
              className={classes("px-2.5", column.className)}
            >
              {column.sort ? (
                <SortLink query={query} path={path} sort={column.sort} label={column.label} />
              ) : (
                column.label
              )}
            </TableHead>
          ))}
          <TableHead className="w-12" isHidden>
            Actions
          </TableHead>
        </TableHeadRow>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function ariaSort(query: MachineListQuery, sort: MachineSort | undefined) {
  if (sort === undefined) return undefined;
  if (query.sort !== sort) return "none";
  return query.direction === "asc" ? "ascending" : "descending";
}

type SortLinkProps = { query: MachineListQuery; path: string; sort: MachineSort; label: string };

function SortLink({ query, path, sort, label }: SortLinkProps) {
  const isHere = query.sort === sort;
  const Arrow = query.direction === "asc" ? ArrowUp : ArrowDown;
  return (
    <Link
      href={listAddress(path, query, sortChange(query, sort))}
      prefetch={false}
      scroll={false}
      className={classes("inline-flex items-center gap-1 rounded-link hover:text-ink", isHere && "text-ink")}
    >
      {label}
      {isHere ? <Arrow aria-hidden size={13} /> : null}
    </Link>
  );
}
