"use client";

import { signIn } from "next-auth/react";
import { useState } from "react";
import { Banner } from "@/components/ui/banner";
import { SignInForm } from "@/components/users/sign-in-form";
import { SingleSignOnButton } from "@/components/users/single-sign-on-button";
import { signInWithPassword } from "./credentials";

type SignInPanelProps = {
  target: string;
  /** What people call the OpenID provider; null where there is none. */
  singleSignOn: string | null;
  hasPasswords: boolean;
  /** Why the provider's answer did not let the person in. */
  refused: string | null;
};

export function SignInPanel({ target, singleSignOn, hasPasswords, refused }: SignInPanelProps) {
  const [isRefusalOld, setRefusalOld] = useState(false);
  return (
    <div className="flex flex-col gap-5">
      {refused && !isRefusalOld ? (
        <Banner look="danger" role="alert">
          {refused}
        </Banner>
      ) : null}
      {singleSignOn ? (
        <SingleSignOnButton
          label={`Continue with ${singleSignOn}`}
          go={() => signIn("sso", { callbackUrl: target })}
        />
      ) : null}
      {singleSignOn && hasPasswords ? (
        <p className="flex items-center gap-3 text-small text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
          or with a password
        </p>
      ) : null}
      {hasPasswords ? (
        <SignInForm
          signIn={(credentials) => {
            setRefusalOld(true);
            return signInWithPassword(credentials);
          }}
          // A whole page load, so that nothing the router kept from before the sign-in is shown.
          onIn={async () => {
            window.location.replace(target);
            return null;
          }}
        />
      ) : null}
    </div>
  );
}
