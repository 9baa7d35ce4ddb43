import { MoreHorizontal } from "lucide-react";
import { foundByText } from "@/components/machines/labels";
import { type MachineMenuHandle, machineMenuTrigger } from "@/components/machines/machine-menu";
import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/checkbox";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { Link } from "@/components/ui/link";
import { MenuTrigger } from "@/components/ui/menu";
import { TableRow } from "@/components/ui/table";
import { Ago, Day } from "@/components/ui/time";
import { formatCount, formatQuantity } from "@/lib/format";
import type { MachineRow as Row } from "@/lib/machines/schema";

type MachineRowProps = {
  row: Row;
  now: Date;
  href: string;
  /** What was searched. */
  search: string;
  menu: MachineMenuHandle;
  tick?: { checked: boolean; onChange: (checked: boolean) => void } | undefined;
};

const CELL = "px-2.5";

export function MachineRow({ row, now, href, search, menu, tick }: MachineRowProps) {
  const nameId = `machine-${row.id}`;
  return (
    <TableRow className="h-10 hover:bg-sunken/60 has-checked:bg-accent-soft/50">
      {tick ? (
        <td className="pl-3">
          <span className="flex">
            <Checkbox aria-label={row.name} checked={tick.checked} onCheckedChange={tick.onChange} />
          </span>
        </td>
      ) : null}
      <td className={`${CELL} py-1`}>
        <span className="flex items-center gap-2">
          <Link
            id={nameId}
            href={href}
            prefetch={false}
            title={row.name}
            className="min-w-0 truncate rounded-link font-medium hover:text-accent hover:underline"
          >
            {row.name}
          </Link>
          {row.isEnabled ? null : <Badge look="brass">Disabled</Badge>}
        </span>
        {row.foundBy ? (
          <span
            className="block truncate text-small leading-5 text-muted"
            title={row.foundBy.note || undefined}
          >
            {foundByText(row.foundBy, search)}
          </span>
        ) : null}
        <span className="block truncate text-small leading-5 text-muted md:hidden">
          {row.kind} · {formatQuantity(row.connectedHosts, "host")} · {credentialsOf(row)}
        </span>
      </td>
      <td className={`${CELL} hidden text-muted md:table-cell`}>{row.kind}</td>
      <td title={row.description} className={`${CELL} hidden truncate text-muted xl:table-cell`}>
        {row.description}
      </td>
      <td className={`${CELL} hidden pr-1 lg:table-cell`}>
        <span className="flex items-center gap-1">
          <span title={row.clientId} className="min-w-0 truncate font-mono text-small">
            {row.clientId}
          </span>
          <CopyButton value={row.clientId} name="Copy Client ID" describedBy={nameId} />
        </span>
      </td>
      <td
        className={classes(
          CELL,
          "hidden whitespace-nowrap tabular-nums md:table-cell",
          row.liveSecrets + row.liveKeys === 0 && "text-muted",
        )}
      >
        {credentialsOf(row)}
      </td>
      <td className={`${CELL} hidden text-right tabular-nums md:table-cell`}>
        <Figure count={row.connectedHosts} />
      </td>
      <td className={`${CELL} hidden text-muted md:table-cell`}>
        {row.lastUsedAt ? <Ago at={row.lastUsedAt} now={now} /> : "Never"}
      </td>
      <td className={`${CELL} hidden text-muted lg:table-cell`}>
        <Day at={row.createdAt} />
      </td>
      <td className="pr-2 text-right">
        <MenuTrigger
          handle={menu}
          payload={row}
          id={`more-${row.id}`}
          aria-label="More Actions"
          aria-describedby={nameId}
          title="More Actions"
          className={machineMenuTrigger}
        >
          <MoreHorizontal aria-hidden size={17} />
        </MenuTrigger>
      </td>
    </TableRow>
  );
}

/** How a robot can authenticate as the machine now: `2 secrets, 1 key`. */
function credentialsOf({ liveSecrets, liveKeys }: Row): string {
  const parts = [
    liveSecrets > 0 && formatQuantity(liveSecrets, "secret"),
    liveKeys > 0 && formatQuantity(liveKeys, "key"),
  ];
  return parts.filter(Boolean).join(", ") || "None";
}

/** A zero is quieter than a number, so that the eye finds what is connected. */
function Figure({ count }: { count: number }) {
  return <span className={count === 0 ? "text-muted" : undefined}>{formatCount(count)}</span>;
}
