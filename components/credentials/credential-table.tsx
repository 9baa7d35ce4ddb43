import { KeyRound, Pencil, RefreshCw, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import type { CredentialDeed } from "@/components/credentials/credential-actions";
import { type CredentialMenuHandle, CredentialMenuTrigger } from "@/components/credentials/credential-menu";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { Expiry } from "@/components/credentials/expiry";
import { rotationAnchor } from "@/components/rotations/rotation-actions";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import { TableHead, TableHeadRow, TableRow, WIDE } from "@/components/ui/table";
import { Ago, Instant } from "@/components/ui/time";
import { credentialState, isEnded } from "@/lib/credentials/rules";
import type { CredentialKind, CredentialView } from "@/lib/credentials/schema";
import { formatCount, formatQuantity } from "@/lib/format";
import type { RehearsalView } from "@/lib/rehearsals/schema";
import type { RotationView } from "@/lib/rotations/schema";

/** The column in which secrets and keys differ. */
export type OwnColumn<T> = { readonly label: string; readonly cell: (row: T) => ReactNode };

type TableProps<T> = {
  kind: CredentialKind;
  rows: readonly T[];
  rehearsals: readonly RehearsalView[];
  now: Date;
  own: OwnColumn<T>;
  rotations: readonly RotationView[];
  menu: CredentialMenuHandle;
  onAsk?: ((deed: CredentialDeed, row: CredentialView) => void) | undefined;
};

const CELL = classes(WIDE, "py-2 align-top max-md:px-4 max-md:py-0.5");

export function CredentialTable<T extends CredentialView>({ rows, rehearsals, ...props }: TableProps<T>) {
  const { kind, own } = props;
  const texts = CREDENTIAL_TEXTS[kind];
  if (rows.length === 0) {
    return (
      <Panel as="p" className="flex gap-2.5 px-4 py-5 text-muted">
        <KeyRound aria-hidden size={16} className="mt-[3px] shrink-0" />
        {texts.none}
      </Panel>
    );
  }
  const heads = [texts.id, own.label, "Created", "Expires", "Last used"];
  return (
    <Panel>
      <table aria-labelledby={texts.headingId} className="w-full border-collapse">
        <thead className="max-md:sr-only">
          <TableHeadRow>
            {heads.map((head) => (
              <TableHead key={head} className={WIDE}>
                {head}
              </TableHead>
            ))}
            <TableHead className={WIDE} isHidden>
              Actions
            </TableHead>
          </TableHeadRow>
        </thead>
        <tbody>
          {rows.map((row) => (
            <CredentialRow
              key={row.id}
              row={row}
              rehearsal={rehearsals.find(({ credentialId }) => credentialId === row.id)}
              {...props}
            />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

type RowProps<T> = Omit<TableProps<T>, "rows" | "rehearsals"> & {
  row: T;
  rehearsal: RehearsalView | undefined;
};

function CredentialRow<T extends CredentialView>({
  kind,
  row,
  rehearsal,
  now,
  own,
  rotations,
  menu,
  onAsk,
}: RowProps<T>) {
  const texts = CREDENTIAL_TEXTS[kind];
  const idId = `credential-${row.id}`;
  const isOver = isEnded(row, now);
  const struck = isOver ? "text-muted line-through" : undefined;
  return (
    <TableRow className="max-md:flex max-md:flex-wrap max-md:items-center max-md:py-2">
      <td className={CELL}>
        {row.name ? (
          <span className={classes("block max-w-56 pt-1 font-medium break-words", struck)}>{row.name}</span>
        ) : null}
        <span className="flex h-7 items-center gap-1">
          <span id={idId} className={classes("font-mono text-small", struck)}>
            {row.id}
          </span>
          <CopyButton value={row.id} name={`Copy ${texts.id}`} describedBy={idId} />
        </span>
        {row.note ? (
          <span className="block max-w-56 pb-1 text-small break-words whitespace-pre-line text-muted">
            {row.note}
          </span>
        ) : null}
        <InRotation id={row.id} rotations={rotations} />
        {credentialState(row, now) === "Disabled" ? <Disabled of={row} /> : null}
        {rehearsal ? (
          <span className="block max-w-64 pb-1 text-small text-muted">
            <Badge look="brass">Rehearsed</Badge> until <Instant at={rehearsal.endsAt} />
          </span>
        ) : null}
        {isOver ? null : <RulesOfUse of={row} />}
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
          <span className="block text-small text-muted">
            Deleted <Instant at={row.revokedAt} />
            {row.revokedBy ? <span className="break-words md:block"> by {row.revokedBy}</span> : null}
          </span>
        ) : null}
        {isOver || !onAsk ? null : (
          <Button size="sm" look="quiet" aria-describedby={idId} onClick={() => onAsk("edit", row)}>
            <Pencil aria-hidden size={14} />
            Edit
          </Button>
        )}
        {onAsk ? <CredentialMenuTrigger handle={menu} row={row} now={now} describedBy={idId} /> : null}
        {row.revokedAt === null && onAsk ? (
          <Button size="sm" look="dangerQuiet" aria-describedby={idId} onClick={() => onAsk("delete", row)}>
            <Trash2 aria-hidden size={14} />
            {texts.remove}
          </Button>
        ) : null}
      </td>
    </TableRow>
  );
}

/** That it is part of a rotation, and the way to that. */
function InRotation({ id, rotations }: { id: string; rotations: readonly RotationView[] }) {
  const from = rotations.find(({ fromCredentialId }) => fromCredentialId === id);
  const rotation =
    from ?? rotations.find(({ toCredentialId, keyIds }) => toCredentialId === id || keyIds.includes(id));
  if (!rotation) return null;
  return (
    <Link
      href={`#${rotationAnchor(rotation.id)}`}
      className="mb-1 inline-flex items-center gap-1 rounded-link text-small text-accent underline-offset-2 hover:underline"
    >
      <RefreshCw aria-hidden size={12} />
      {from ? "Being rotated" : "Successor in a rotation"}
    </Link>
  );
}

/** Who disabled it, when and why. */
function Disabled({ of }: { of: CredentialView }) {
  return (
    <span className="block max-w-64 pb-1 text-small break-words text-muted">
      <Badge look="brass">Disabled</Badge> {of.disabledAt ? <Instant at={of.disabledAt} /> : null} by{" "}
      {of.disabledBy ?? "Latchkey"}
      {of.disabledReason ? (
        <span className="mt-0.5 block whitespace-pre-line text-ink">{of.disabledReason}</span>
      ) : null}
    </span>
  );
}

const ADDRESSES_NAMED = 2;

/** From where it may be used, and how often it bought a token of how many, where that is limited. */
function RulesOfUse({ of: { allowedAddresses, purchasesMax, purchases } }: { of: CredentialView }) {
  const more = allowedAddresses.length - ADDRESSES_NAMED;
  return (
    <>
      {allowedAddresses.length > 0 ? (
        <span className="block max-w-64 pb-1 text-small break-words" title={allowedAddresses.join(", ")}>
          Only from {allowedAddresses.slice(0, ADDRESSES_NAMED).join(", ")}
          {more > 0 ? ` and ${more} more` : null}
        </span>
      ) : null}
      {purchasesMax === null ? null : (
        <span className="block pb-1 text-small tabular-nums">
          {formatCount(purchases)} of {formatQuantity(purchasesMax, "purchase")}
        </span>
      )}
    </>
  );
}

type MomentProps = { label: string; by: string | null; isStruck: boolean; children: ReactNode };

function Moment({ label, by, isStruck, children }: MomentProps) {
  return (
    <td className={classes(CELL, "leading-5 max-md:w-full md:pt-3", isStruck && "text-muted")}>
      <span className="text-muted md:hidden">{label} </span>
      <span className={isStruck ? "line-through" : undefined}>{children}</span>
      {by ? <span className="text-small break-words text-muted md:block"> {by}</span> : null}
    </td>
  );
}
