"use client";

import { signIn } from "next-auth/react";
import { signOutAndLeave } from "@/app/(portal)/sign-out";
import { signInWithPassword } from "@/app/sign-in/credentials";
import { attempt } from "@/components/ui/attempt";
import { AcceptInvite } from "@/components/users/accept-invite";
import { LinkNotice } from "@/components/users/link-notice";
import { NewPasswordForm } from "@/components/users/new-password-form";
import { SignInForm } from "@/components/users/sign-in-form";
import { SingleSignOnButton } from "@/components/users/single-sign-on-button";
import { useLink } from "@/components/users/use-link";
import { WrongPerson } from "@/components/users/wrong-person";
import { pathsOf, SIGN_IN_PATH } from "@/lib/paths";
import { emailKey } from "@/lib/users/rules";
import { acceptInviteAction, acceptInviteAsNewAction, readInviteQuestion } from "./actions";

// A whole page load, so that nothing the router kept from before is shown.
const enter = (tenantSlug: string) => window.location.replace(pathsOf(tenantSlug).machines);

/** Whoever has an account accepts as who they are; whoever has none makes one. */
type InvitePanelProps = {
  signedInAs: string | null;
  /** How people sign in here. */
  ways: { readonly provider: string | null; readonly hasPasswords: boolean };
};

export function InvitePanel({ signedInAs, ways }: InvitePanelProps) {
  const { link, markGone } = useLink(readInviteQuestion);
  if (link.state !== "valid") {
    return (
      <LinkNotice link={link} name="invite">
        Ask whoever invited you for another one.
      </LinkNotice>
    );
  }
  const { token, offers } = link;
  const { email, hasAccount } = offers;
  const accept = async () => {
    const answer = await attempt(
      () => acceptInviteAction({ token }),
      "The server did not answer. Try again.",
    );
    if (answer.ok) enter(answer.data.tenantSlug);
    else if (answer.code === "gone") markGone();
    return answer.ok ? null : answer.message;
  };
  if (signedInAs !== null && emailKey(signedInAs) !== emailKey(email)) {
    return <WrongPerson invited={email} signedInAs={signedInAs} signOut={signOutAndLeave} />;
  }
  if (signedInAs !== null) return <AcceptInvite invite={offers} accept={accept} />;
  return (
    <AcceptInvite invite={offers}>
      {ways.provider ? (
        <>
          <p className="text-muted wrap-anywhere">
            Come in with {ways.provider} as {email}: that accepts the invite.
          </p>
          <SingleSignOnButton
            label={`Continue with ${ways.provider}`}
            go={() => signIn("sso", { callbackUrl: "/" })}
          />
        </>
      ) : null}
      {ways.hasPasswords && hasAccount ? (
        <SignInForm email={email} verb="Sign in and join" signIn={signInWithPassword} onIn={accept} />
      ) : null}
      {ways.hasPasswords && !hasAccount ? (
        <NewPasswordForm
          email={email}
          token={token}
          verb="Create account and join"
          save={acceptInviteAsNewAction}
          onGone={markGone}
          onDone={async ({ tenantSlug }, password) => {
            const answer = await signInWithPassword({ email, password });
            if (answer === "in") enter(tenantSlug);
            else window.location.replace(SIGN_IN_PATH);
          }}
        />
      ) : null}
    </AcceptInvite>
  );
}
