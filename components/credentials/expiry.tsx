import { Badge } from "@/components/ui/badge";
import { Day, Until } from "@/components/ui/time";
import { credentialState, expiresSoon } from "@/lib/credentials/rules";
import type { CredentialView } from "@/lib/credentials/schema";

type ExpiryProps = { of: Pick<CredentialView, "expiresAt" | "revokedAt" | "disabledAt">; now: Date };

/** When a credential stops working; loud when that is soon or was already. The whole sentence, for narrow places too. */
export function Expiry({ of, now }: ExpiryProps) {
  if (of.expiresAt === null) return <span className="text-muted">Never expires</span>;
  if (expiresSoon(of, now)) {
    return (
      <Badge look="brass">
        <span>
          Expires <Until at={of.expiresAt} now={now} />
        </span>
      </Badge>
    );
  }
  if (credentialState(of, now) !== "Expired") {
    return (
      <>
        <span className="text-muted md:hidden">Expires </span>
        <span className={of.revokedAt ? "line-through" : undefined}>
          <Day at={of.expiresAt} />
        </span>
      </>
    );
  }
  return (
    <>
      <Badge look="danger">Expired</Badge>
      <span className="text-small text-muted md:mt-0.5 md:block">
        {" "}
        <Day at={of.expiresAt} />
      </span>
    </>
  );
}
