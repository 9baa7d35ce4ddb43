"use client";

import { useEffect, useRef } from "react";
import { KIND_LABELS } from "@/components/machines/labels";
import { Panel } from "@/components/ui/panel";
import { ScrollBox } from "@/components/ui/scroll-box";
import { TableHead, TableHeadRow, TableRow, WIDE } from "@/components/ui/table";
import { formatCount, formatQuantity } from "@/lib/format";
import type { CheckedMachines, MachineKind, PastedError } from "@/lib/machines/schema";

/** The heading of an answer takes focus, so that it is read and in sight. */
function Answer({ title, children }: { title: string; children: React.ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Panel as="section" aria-label={title} className="mt-4">
      <h2 ref={heading} tabIndex={-1} className="px-4 pt-3 pb-2 text-base font-semibold outline-none">
        {title}
      </h2>
      {children}
    </Panel>
  );
}

/** @returns errors with the fields as people read them: `tags.2` is a part of `tags` */
const fieldOf = ({ field }: PastedError) => field?.split(".")[0] ?? "";

export function PastedErrors({ errors }: { errors: readonly PastedError[] }) {
  const lines = new Set(errors.map(({ line }) => line)).size;
  return (
    <Answer title={`${formatQuantity(lines, "line")} to mend; nothing was written`}>
      <ScrollBox label="What is wrong" className="max-h-80">
        <table className="w-full">
          <thead>
            <TableHeadRow>
              <TableHead className={`${WIDE} w-16 text-right`}>Line</TableHead>
              <TableHead className={`${WIDE} w-40 max-sm:w-24`}>Field</TableHead>
              <TableHead className={WIDE}>What is wrong</TableHead>
            </TableHeadRow>
          </thead>
          <tbody>
            {errors.map((error, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
              <TableRow key={index} className="align-top">
                <td className={`${WIDE} py-1.5 text-right tabular-nums`}>{error.line}</td>
                <td className={`${WIDE} py-1.5 font-mono text-small leading-6 break-words`}>
                  {fieldOf(error)}
                </td>
                <td className={`${WIDE} py-1.5 break-words`}>{error.detail}</td>
              </TableRow>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Answer>
  );
}

const text = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));

export function PastedPreview({ checked: { count, first } }: { checked: CheckedMachines }) {
  return (
    <Answer title={`${formatQuantity(count, "machine")}, all right so far`}>
      <ScrollBox label="The first machines" className="max-h-96">
        <table className="w-full">
          <thead>
            <TableHeadRow>
              <TableHead className={`${WIDE} w-16 text-right`}>Line</TableHead>
              <TableHead className={WIDE}>Name</TableHead>
              <TableHead className={WIDE}>Type</TableHead>
              <TableHead className={`${WIDE} max-sm:hidden`}>Description</TableHead>
              <TableHead className={`${WIDE} max-sm:hidden`}>Tags</TableHead>
            </TableHeadRow>
          </thead>
          <tbody>
            {first.map(({ line, machine }) => (
              <TableRow key={line} className="align-top">
                <td className={`${WIDE} py-1.5 text-right tabular-nums`}>{line}</td>
                <td className={`${WIDE} py-1.5 font-medium break-words`}>{text(machine.name)}</td>
                <td className={`${WIDE} py-1.5 whitespace-nowrap text-muted`}>
                  {KIND_LABELS[machine.kind as MachineKind]}
                </td>
                <td className={`${WIDE} py-1.5 break-words text-muted max-sm:hidden`}>
                  {text(machine.description)}
                </td>
                <td className={`${WIDE} py-1.5 break-words text-muted max-sm:hidden`}>
                  {text(machine.tags)}
                </td>
              </TableRow>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {count > first.length ? (
        <p className="border-t border-line px-4 py-2 text-small text-muted">
          The first {first.length}; {formatCount(count - first.length)} more follow.
        </p>
      ) : null}
    </Answer>
  );
}
