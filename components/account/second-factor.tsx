"use client";

import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { EnrolSecondFactor } from "@/components/account/enrol-second-factor";
import { RecoveryCodesDialog } from "@/components/account/recovery-codes-dialog";
import { RemoveSecondFactorDialog } from "@/components/account/remove-second-factor-dialog";
import { ReplaceCodesDialog } from "@/components/account/replace-codes-dialog";
import type { SecondFactorActions } from "@/components/account/second-factor-actions";
import { Button } from "@/components/ui/button";
import { Instant } from "@/components/ui/time";
import { formatQuantity } from "@/lib/format";
import type { SecondFactorView } from "@/lib/users/schema";

type SecondFactorProps = { email: string; factor: SecondFactorView | null; actions: SecondFactorActions };

/** Whether there is a second factor, and how to have one, renew its recovery codes, or be without. */
export function SecondFactor({ email, factor, actions }: SecondFactorProps) {
  const [asking, setAsking] = useState<"codes" | "remove" | null>(null);
  // The one time the codes are seen: they live here and nowhere else.
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const close = () => setAsking(null);
  return (
    <>
      {factor === null ? (
        <EnrolSecondFactor
          begin={actions.begin}
          confirm={actions.confirm}
          onCodes={(recoveryCodes) => setCodes(recoveryCodes)}
        />
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
          <p className="flex gap-2.5">
            <ShieldCheck aria-hidden size={18} className="mt-0.5 shrink-0 text-accent" />
            <span>
              On since <Instant at={factor.since} />. Every sign-in asks for a code of your app.
              <span className="block text-small text-muted">
                {formatQuantity(factor.recoveryCodesLeft, "recovery code")} left
              </span>
            </span>
          </p>
          <span className="flex flex-wrap gap-2">
            <Button onClick={() => setAsking("codes")}>New recovery codes</Button>
            <Button look="dangerQuiet" onClick={() => setAsking("remove")}>
              Remove
            </Button>
          </span>
        </div>
      )}
      {asking === "codes" ? (
        <ReplaceCodesDialog replace={actions.replaceCodes} onCodes={setCodes} onClose={close} />
      ) : null}
      {asking === "remove" ? <RemoveSecondFactorDialog remove={actions.remove} onClose={close} /> : null}
      {codes ? <RecoveryCodesDialog email={email} codes={codes} onClose={() => setCodes(null)} /> : null}
    </>
  );
}
