import { KeyRound, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { Ago, Instant } from "@/components/ui/time";
import type { SecretView } from "@/lib/credentials/schema";

type SecretsTableProps = {
  secrets: readonly SecretView[];
  now: Date;
  onDelete?: ((secret: SecretView) => void) | undefined;
};

const HEAD = "h-9 px-3 text-left font-medium first:pl-4";
const CELL = "px-3 py-2 align-top first:pl-4 max-md:px-4 max-md:py-0.5";

export function SecretsTable({ secrets, now, onDelete }: SecretsTableProps) {
  if (secrets.length === 0) {
    return (
      <p className="flex items-center gap-2.5 rounded-[5px] border border-line bg-surface px-4 py-6 text-muted">
        <KeyRound aria-hidden size={16} />
        No client secret. No robot can connect as this machine.
      </p>
    );
  }
  return (
    <div className="rounded-[5px] border border-line bg-surface">
      <table aria-labelledby="client-secrets" className="w-full border-collapse">
        <thead className="max-md:sr-only">
          <tr className="border-b border-line text-[0.8125rem] text-muted">
            <th scope="col" className={HEAD}>
              Secret ID
            </th>
            <th scope="col" className={HEAD}>
              Hint
            </th>
            <th scope="col" className={HEAD}>
              Created
            </th>
            <th scope="col" className={HEAD}>
              Last used
            </th>
            <th scope="col" className={HEAD}>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {secrets.map((secret) => (
            <SecretRow key={secret.id} secret={secret} now={now} onDelete={onDelete} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type SecretRowProps = { secret: SecretView; now: Date; onDelete: SecretsTableProps["onDelete"] };

function SecretRow({ secret, now, onDelete }: SecretRowProps) {
  const isDeleted = secret.revokedAt !== null;
  const idId = `secret-${secret.id}`;
  const struck = isDeleted ? "text-muted line-through" : undefined;
  return (
    <tr className="border-b border-line last:border-b-0 max-md:flex max-md:flex-wrap max-md:items-center max-md:py-2">
      <td className={CELL}>
        <span className="flex h-7 items-center gap-1">
          <span id={idId} className={classes("font-mono text-[0.8125rem]", struck)}>
            {secret.id}
          </span>
          <CopyButton value={secret.id} name="Copy Secret ID" describedBy={idId} />
        </span>
      </td>
      <td className={CELL}>
        <span className={classes("font-mono text-[0.8125rem] leading-7", struck)}>{secret.hint}</span>
      </td>
      <Moment label="Created" by={secret.createdBy && `by ${secret.createdBy}`} isStruck={isDeleted}>
        <Instant at={secret.createdAt} />
      </Moment>
      <Moment
        label="Last used"
        by={secret.lastUsedAddress && `from ${secret.lastUsedAddress}`}
        isStruck={isDeleted}
      >
        {secret.lastUsedAt ? <Ago at={secret.lastUsedAt} now={now} /> : "Never used"}
      </Moment>
      <td className={classes(CELL, "max-md:w-full max-md:pt-1.5 md:text-right")}>
        {secret.revokedAt ? (
          <span className="block text-[0.8125rem] text-muted">
            Deleted <Instant at={secret.revokedAt} />
            {secret.revokedBy ? <span className="break-words md:block"> by {secret.revokedBy}</span> : null}
          </span>
        ) : null}
        {!isDeleted && onDelete ? (
          <Button size="sm" look="dangerQuiet" aria-describedby={idId} onClick={() => onDelete(secret)}>
            <Trash2 aria-hidden size={14} />
            Delete client secret
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
