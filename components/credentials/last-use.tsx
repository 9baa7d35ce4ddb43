import { Ago } from "@/components/ui/time";
import type { CredentialView } from "@/lib/credentials/schema";

/** When a credential was used last, as a sentence. */
export function LastUse({ of, now }: { of: CredentialView; now: Date }) {
  if (!of.lastUsedAt) return "It was never used.";
  return (
    <>
      It was last used <Ago at={of.lastUsedAt} now={now} />
      {of.lastUsedAddress ? ` from ${of.lastUsedAddress}` : ""}.
    </>
  );
}
