"use client";

import { signIn } from "next-auth/react";
import { Reauthentication } from "@/components/account/reauthentication";
import type { Action } from "@/components/ui/attempt";

type ConfirmPanelProps = {
  hasPassword: boolean;
  hasSecondFactor: boolean;
  /** What people call the OpenID provider; null where there is none. */
  singleSignOn: string | null;
  confirm: Action<null>;
};

/** Has sensitive deeds ask again who is there: here, or at the provider for whoever has nothing to show here. */
export function ConfirmPanel(ways: ConfirmPanelProps) {
  return (
    <Reauthentication
      {...ways}
      goElsewhere={() => {
        const callbackUrl = window.location.pathname + window.location.search;
        // OpenID Connect Core §3.1.2.1: the provider asks again, and says when it did.
        return signIn("sso", { callbackUrl }, { prompt: "login", max_age: "0" });
      }}
    />
  );
}
