"use client";

import { useState } from "react";
import { signInWithPassword } from "@/app/sign-in/credentials";
import { type SetUpAnswer, SetUpForm } from "@/components/users/set-up-form";
import { SetUpNotice } from "@/components/users/set-up-notice";
import { useLinkToken } from "@/components/users/use-link-token";
import { pathsOf, SIGN_IN_PATH } from "@/lib/paths";

type SetUpPanelProps = { setUp: (input: unknown) => Promise<SetUpAnswer> };

export function SetUpPanel({ setUp }: SetUpPanelProps) {
  const setupToken = useLinkToken();
  const [usedToken, setUsedToken] = useState<string | undefined>();
  const isUsed = usedToken !== undefined && usedToken === setupToken;

  if (isUsed || setupToken === "") return <SetUpNotice isUsed={isUsed} />;
  return (
    <SetUpForm
      setupToken={setupToken ?? ""}
      setUp={setUp}
      onUsedLink={() => setUsedToken(setupToken)}
      onDone={async ({ email, password, tenantSlug }) => {
        const answer = await signInWithPassword({ email, password });
        window.location.replace(answer === "in" ? pathsOf(tenantSlug).machines : SIGN_IN_PATH);
      }}
    />
  );
}
