"use client";

import { useState } from "react";
import { EnrolSecondFactor } from "@/components/account/enrol-second-factor";
import { RecoveryCodesDialog } from "@/components/account/recovery-codes-dialog";
import type { SecondFactorActions } from "@/components/account/second-factor-actions";
import { ButtonLink } from "@/components/ui/button";

type RequiredSecondFactorProps = Pick<SecondFactorActions, "begin" | "confirm"> & {
  email: string;
  isDone: boolean;
};

/** The same as on the account's page, and then on into the tenant. */
export function RequiredSecondFactor({ email, isDone, begin, confirm }: RequiredSecondFactorProps) {
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <>
      {isDone ? (
        <div className="flex flex-col items-start gap-4">
          <p role="status">You have a second factor. Every sign-in asks for a code of your app.</p>
          <ButtonLink href="/" look="primary">
            Go on
          </ButtonLink>
        </div>
      ) : (
        <EnrolSecondFactor begin={begin} confirm={confirm} onCodes={setCodes} />
      )}
      {codes ? (
        <RecoveryCodesDialog email={email} codes={codes} onClose={() => window.location.replace("/")} />
      ) : null}
    </>
  );
}
