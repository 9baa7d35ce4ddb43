import { StackCell, StackRow, StackTable, Under } from "@/components/ui/stack-table";
import { Ago, Day } from "@/components/ui/time";
import type { CredentialActivity } from "@/lib/fleet/schema";
import { formatCount } from "@/lib/format";

const COLUMNS = [
  { label: "Secret or key", className: "w-48" },
  { label: "Tokens", className: "w-20" },
  { label: "First", className: "w-28" },
  { label: "Last", className: "w-28" },
  { label: "Addresses" },
  { label: "Hosts" },
];

/** Per secret and key: since when, how often, from where and by which hosts it bought tokens. */
export function CredentialUses({
  credentials,
  now,
}: {
  credentials: readonly CredentialActivity[];
  now: Date;
}) {
  return (
    <StackTable label="Use of each secret and key" columns={COLUMNS}>
      {credentials.map(({ credentialId, kind, label, use, hosts, hostCount }) => (
        <StackRow key={credentialId}>
          <StackCell label={kind === "Key" ? "Key" : "Secret"}>
            <span className="font-mono text-small">{credentialId}</span>
            <Under>{label}</Under>
          </StackCell>
          <StackCell label="Tokens" className="tabular-nums">
            {formatCount(use?.count ?? 0)}
          </StackCell>
          <StackCell label="First" className="text-muted" isEmpty={use === null}>
            {use ? <Day at={use.firstAt} /> : null}
          </StackCell>
          <StackCell label="Last" className="text-muted" isEmpty={use === null}>
            {use ? <Ago at={use.lastAt} now={now} /> : null}
          </StackCell>
          <StackCell label="Addresses" isEmpty={!use || use.addressCount === 0}>
            <Some named={use?.addresses ?? []} count={use?.addressCount ?? 0} />
          </StackCell>
          <StackCell label="Hosts" isEmpty={hostCount === 0}>
            <Some named={hosts} count={hostCount} />
          </StackCell>
        </StackRow>
      ))}
    </StackTable>
  );
}

function Some({ named, count }: { named: readonly string[]; count: number }) {
  return (
    <>
      <span className="font-mono text-small">{named.join(", ")}</span>
      {count > named.length ? <Under>and {formatCount(count - named.length)} more</Under> : null}
    </>
  );
}
