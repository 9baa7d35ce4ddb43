import { ScrollBox } from "@/components/ui/scroll-box";
import { Ago } from "@/components/ui/time";
import type { AddressUse } from "@/lib/activity/schema";
import type { ForeseenRules } from "@/lib/fleet/schema";
import { formatQuantity } from "@/lib/format";

/** What rules of use would have meant for the last 30 days, and which address whoever sets them is seen at. */
export function ForeseenUses({ foreseen, now }: { foreseen: ForeseenRules | null; now: Date }) {
  return (
    <div
      role="status"
      className="min-h-[3.75rem] rounded-control border border-line bg-sunken px-3 py-2 text-small"
    >
      {foreseen === null ? <p className="text-muted">Asking where it was used from…</p> : null}
      {foreseen ? (
        <>
          <Uses label="Would have been refused in the last 30 days" uses={foreseen.refused} now={now} />
          <Uses label="Let in, of the last 30 days" uses={foreseen.allowed} now={now} />
          {foreseen.refused.length + foreseen.allowed.length === 0 ? (
            <p>It bought no token in the last 30 days.</p>
          ) : null}
          <p className="mt-1 text-muted">
            You are seen at <span className="font-mono break-all">{foreseen.seenAs ?? "no address"}</span>. If
            that is a proxy’s, name the proxy in TRUSTED_PROXIES first.
          </p>
        </>
      ) : null}
    </div>
  );
}

function Uses({ label, uses, now }: { label: string; uses: readonly AddressUse[]; now: Date }) {
  if (uses.length === 0) return null;
  return (
    <>
      <p className="font-medium">
        {label}: {formatQuantity(uses.length, "address", "addresses")}
      </p>
      <ScrollBox label={label} className="mb-1 max-h-24">
        <ul>
          {uses.map(({ address, count, lastAt }) => (
            <li key={address}>
              <span className="font-mono break-all">{address}</span>{" "}
              <span className="text-muted">
                {formatQuantity(count, "token")}, last <Ago at={lastAt} now={now} />
              </span>
            </li>
          ))}
        </ul>
      </ScrollBox>
    </>
  );
}
