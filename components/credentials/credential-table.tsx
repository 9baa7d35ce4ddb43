import { KeyRound, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { Expiry } from "@/components/credentials/expiry";
import { Button } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { Ago, Instant } from "@/components/ui/time";
import { credentialState } from "@/lib/credentials/rules";
import type { CredentialKind, CredentialView } from "@/lib/credentials/schema";

/** The column in which secrets and keys differ. */
export type OwnColumn<T> = { readonly label: string; readonly cell: (row: T) => ReactNode };

type TableProps<T> = {
  kind: CredentialKind;
  rows: readonly T[];
  now: Date;
  own: OwnColumn<T>;
  onDelete?: ((row: T) => void) | undefined;
};

const HEAD = "h-9 px-3 text-left font-medium first:pl-4";
const CELL = "px-3 py-2 align-top first:pl-4 max-md:px-4 max-md:py-0.5";

export function CredentialTable<T extends CredentialView>({ kind, rows, now, own, onDelete }: TableProps<T>) {
  const texts = CREDENTIAL_TEXTS[kind];
  if (rows.length === 0) {
    return (
      <p className="flex gap-2.5 rounded-[5px] border border-line bg-surface px-4 py-5 text-muted">
        <KeyRound aria-hidden size={16} className="mt-[3px] shrink-0" />
        {texts.none}
      </p>
    );
  }
  const heads = [texts.id, own.label, "Created", "Expires", "Last used"];
  return (
    <div className="rounded-[5px] border border-line bg-surface">
      <table aria-labelledby={texts.headingId} className="w-full border-collapse">
        <thead className="max-md:sr-only">
          <tr className="border-b border-line text-[0.8125rem] text-muted">
            {heads.map((head) => (
              <th key={head} scope="col" className={HEAD}>
                {head}
              </th>
            ))}
            <th scope="col" className={HEAD}>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <CredentialRow key={row.id} kind={kind} row={row} now={now} own={own} onDelete={onDelete} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps<T> = Omit<TableProps<T>, "rows"> & { row: T };

function CredentialRow<T extends CredentialView>({ kind, row, now, own, onDelete }: RowProps<T>) {
  const texts = CREDENTIAL_TEXTS[kind];
  const idId = `credential-${row.id}`;
  const isOver = credentialState(row, now) !== "Live";
  const struck = isOver ? "text-muted line-through" : undefined;
  return (
    <tr className="border-b border-line last:border-b-0 max-md:flex max-md:flex-wrap max-md:items-center max-md:py-2">
      <td className={CELL}>
        {row.name ? (
          <span className={classes("block max-w-56 pt-1 font-medium break-words", struck)}>{row.name}</span>
        ) : null}
        <span className="flex h-7 items-center gap-1">
          <span id={idId} className={classes("font-mono text-[0.8125rem]", struck)}>
            {row.id}
          </span>
          <CopyButton value={row.id} name={`Copy ${texts.id}`} describedBy={idId} />
        </span>
      </td>
      <td className={classes(CELL, struck)}>{own.cell(row)}</td>
      <Moment label="Created" by={row.createdBy && `by ${row.createdBy}`} isStruck={isOver}>
        <Instant at={row.createdAt} />
      </Moment>
      <td className={classes(CELL, "leading-5 max-md:w-full md:pt-3", isOver && "text-muted")}>
        <Expiry of={row} now={now} />
      </td>
      <Moment label="Last used" by={row.lastUsedAddress && `from ${row.lastUsedAddress}`} isStruck={isOver}>
        {row.lastUsedAt ? <Ago at={row.lastUsedAt} now={now} /> : "Never used"}
      </Moment>
      <td className={classes(CELL, "max-md:w-full max-md:pt-1.5 md:text-right")}>
        {row.revokedAt ? (
          <span className="block text-[0.8125rem] text-muted">
            Deleted <Instant at={row.revokedAt} />
            {row.revokedBy ? <span className="break-words md:block"> by {row.revokedBy}</span> : null}
          </span>
        ) : null}
        {row.revokedAt === null && onDelete ? (
          <Button size="sm" look="dangerQuiet" aria-describedby={idId} onClick={() => onDelete(row)}>
            <Trash2 aria-hidden size={14} />
            {texts.remove}
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

type MomentProps = { label: string; by: string | null; isStruck: boolean; children: ReactNode };

function Moment({ label, by, isStruck, children }: MomentProps) {
  return (
    <td className={classes(CELL, "leading-5 max-md:w-full md:pt-3", isStruck && "text-muted")}>
      <span className="text-muted md:hidden">{label} </span>
      <span className={isStruck ? "line-through" : undefined}>{children}</span>
      {by ? <span className="text-[0.8125rem] break-words text-muted md:block"> {by}</span> : null}
    </td>
  );
}
