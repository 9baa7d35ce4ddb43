"use client";

import { useEffect, useState } from "react";
import { signInWithPassword } from "@/app/sign-in/credentials";
import { type SetUpAnswer, SetUpForm } from "@/components/admins/set-up-form";
import { SetUpNotice } from "@/components/admins/set-up-notice";

type SetUpPanelProps = { setUp: (input: unknown) => Promise<SetUpAnswer> };

export function SetUpPanel({ setUp }: SetUpPanelProps) {
  const [setupToken, setToken] = useState<string | undefined>();
  const [isUsed, setUsed] = useState(false);

  // The fragment reaches no server and no log; once read it leaves the address bar and the history too.
  // A link pasted into this very tab only changes the fragment, and loads nothing.
  useEffect(() => {
    const read = () => {
      const token = window.location.hash.slice(1);
      setToken((known) => token || known || "");
      if (token) {
        setUsed(false);
        window.history.replaceState(null, "", window.location.pathname);
      }
    };
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);

  if (isUsed || setupToken === "") return <SetUpNotice isUsed={isUsed} />;
  return (
    <SetUpForm
      setupToken={setupToken ?? ""}
      setUp={setUp}
      onUsedLink={() => setUsed(true)}
      onDone={async ({ email, password, tenantSlug }) => {
        const refused = await signInWithPassword({ email, password });
        window.location.replace(refused === null ? `/tenants/${tenantSlug}/machines` : "/sign-in");
      }}
    />
  );
}
