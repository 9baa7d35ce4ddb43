import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import { Panel } from "@/components/ui/panel";
import { TableHead, TableHeadRow, TableRow } from "@/components/ui/table";

export type Column = { readonly label: string; readonly className?: string; readonly isHidden?: boolean };

type StackTableProps = { label: string; columns: readonly Column[]; isBusy?: boolean; children: ReactNode };

/** A dense table; where its place is narrow, each row becomes a small stack of labelled lines. */
export function StackTable({ label, columns, isBusy, children }: StackTableProps) {
  return (
    <Panel className="@container">
      <table
        aria-label={label}
        aria-busy={isBusy}
        className="w-full border-collapse aria-busy:opacity-60 @max-3xl:block"
      >
        <thead className="@max-3xl:sr-only">
          <TableHeadRow>
            {columns.map((column) => (
              <TableHead
                key={column.label}
                isHidden={column.isHidden}
                className={classes("px-2.5 first:pl-4 last:pr-3", column.className)}
              >
                {column.label}
              </TableHead>
            ))}
          </TableHeadRow>
        </thead>
        <tbody className="@max-3xl:block">{children}</tbody>
      </table>
    </Panel>
  );
}

export function StackRow({ children }: { children: ReactNode }) {
  return (
    <TableRow className="hover:bg-sunken/60 @max-3xl:block @max-3xl:px-4 @max-3xl:py-3">{children}</TableRow>
  );
}

type StackCellProps = {
  label?: string;
  className?: string;
  /** Nothing to say: a dash in the table, no line in the stack. */
  isEmpty?: boolean;
  children?: ReactNode;
};

/** The label is written where the column's head is not. */
export function StackCell({ label, className, isEmpty = false, children }: StackCellProps) {
  return (
    <td
      className={classes(
        "px-2.5 py-2.5 align-top wrap-anywhere first:pl-4 last:pr-3 @max-3xl:block @max-3xl:px-0! @max-3xl:py-0.5",
        isEmpty && "text-muted @max-3xl:hidden",
        !isEmpty &&
          label !== undefined &&
          "@max-3xl:grid @max-3xl:grid-cols-[7rem_minmax(0,1fr)] @max-3xl:gap-2",
        className,
      )}
    >
      {label === undefined || isEmpty ? null : (
        <span aria-hidden className="text-small text-muted @3xl:hidden">
          {label}
        </span>
      )}
      {isEmpty ? "–" : label === undefined ? children : <div className="min-w-0">{children}</div>}
    </td>
  );
}

/** The second, quieter line of a cell. */
export function Under({ children }: { children: ReactNode }) {
  return <span className="block text-small leading-5 wrap-anywhere text-muted">{children}</span>;
}
