import type { ReactNode } from "react";
import { OUTCOME_LOOKS, reasonLabel } from "@/components/activity/labels";
import { Badge } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import { StackCell, StackRow, Under } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import type { ActivityMachine, ActivityPage } from "@/lib/activity/schema";
import { formatCount } from "@/lib/format";
import { pathsOf } from "@/lib/paths";

type ActivityRowProps = {
  row: ActivityPage["rows"][number];
  /** Null where all rows are of one machine. */
  machine: ActivityMachine | undefined | null;
  tenantSlug: string;
};

const MONO = "font-mono text-small";

export function ActivityRow({ row, machine, tenantSlug }: ActivityRowProps) {
  const { outcome, code, reason, address, userAgent, credentialId, isFolded, count, isRehearsed } = row;
  const isMany = isFolded && count > 1;
  const several = (what: string) => (isMany ? `several ${what}` : null);
  return (
    <StackRow>
      <StackCell label="When" className="text-muted">
        <Instant at={row.at} />
        {isMany ? <Under>within the minute</Under> : null}
      </StackCell>
      <StackCell label="Outcome">
        <Badge look={OUTCOME_LOOKS[outcome]}>{outcome}</Badge>
        {isRehearsed ? (
          <span
            className="ml-1.5 inline-block"
            title="The deletion of this secret or key was rehearsed: it would have been refused"
          >
            <Badge look="brass">Rehearsed</Badge>
          </span>
        ) : null}
        {isMany ? <span className="ml-1.5 font-medium tabular-nums">{formatCount(count)} times</span> : null}
        {outcome === "Refused" ? (
          <Under>
            {reason ? reasonLabel(reason) : several("reasons")}
            {code === "slow_down" ? "; it was told to slow down" : null}
          </Under>
        ) : null}
      </StackCell>
      {machine === null ? null : (
        <StackCell label="Machine">
          <MachineName machine={machine} tenantSlug={tenantSlug} />
        </StackCell>
      )}
      <Maybe
        label="Secret or key"
        value={credentialId ?? several("or none")}
        isCode={credentialId !== null}
      />
      <Maybe label="Address" value={address ?? several("addresses")} isCode={address !== null} />
      <Maybe label="User agent" value={userAgent ?? several("programs")} className="text-muted" />
    </StackRow>
  );
}

type MaybeProps = { label: string; value: string | null; isCode?: boolean; className?: string };

function Maybe({ label, value, isCode = false, className }: MaybeProps) {
  return (
    <StackCell label={label} isEmpty={value === null} {...(className && { className })}>
      <span className={isCode ? MONO : "text-small"}>{value}</span>
    </StackCell>
  );
}

function MachineName({
  machine,
  tenantSlug,
}: {
  machine: ActivityMachine | undefined;
  tenantSlug: string;
}): ReactNode {
  if (!machine) return "–";
  if (machine.isDeleted) return `${machine.name} (deleted)`;
  return (
    <Link
      href={pathsOf(tenantSlug).machine(machine.id)}
      prefetch={false}
      title={machine.name}
      className="line-clamp-2 rounded-link font-medium hover:text-accent hover:underline"
    >
      {machine.name}
    </Link>
  );
}
