import type { ReactNode } from "react";
import { listAddress } from "@/components/machines/list-address";
import { keyedLinks } from "@/components/ui/page-links";
import { Pagination } from "@/components/ui/pagination";
import { Select } from "@/components/ui/select";
import { formatFromEnd, formatRange } from "@/lib/format";
import { type MachineListQuery, type MachinePage, PAGE_SIZES } from "@/lib/machines/schema";

type ListFooterProps = {
  list: MachinePage;
  query: MachineListQuery;
  path: string;
  onPageSize: (pageSize: number) => void;
  /** Stands where the count stands, while there is something more important to say. */
  children: ReactNode;
};

const SIZE_OPTIONS = PAGE_SIZES.map((size) => ({ value: String(size), label: `${size} a page` }));

export function ListFooter({ list, query, path, onPageSize, children }: ListFooterProps) {
  const [smallest] = PAGE_SIZES;
  return (
    <div className="sticky bottom-0 flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 bg-paper py-2 text-muted">
      {children ?? (
        <p role="status" className="mr-auto tabular-nums">
          {list.matching === 0
            ? "0 machines"
            : list.page === null
              ? formatFromEnd(list.fromEnd ?? 1, list.matching)
              : formatRange(list.page, query.pageSize, list.matching)}
        </p>
      )}
      {list.matching > smallest ? (
        <>
          {children ? null : (
            <Select
              aria-label="Machines a page"
              options={SIZE_OPTIONS}
              value={String(query.pageSize)}
              onValueChange={(value) => onPageSize(Number(value))}
              className="w-32"
            />
          )}
          <Pagination
            links={keyedLinks(list, query.pageSize, (change) => listAddress(path, query, change))}
          />
        </>
      ) : null}
    </div>
  );
}
