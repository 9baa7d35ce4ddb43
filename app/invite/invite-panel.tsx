"use client";

import { signOutAndLeave } from "@/app/(portal)/sign-out";
import { signInWithPassword } from "@/app/sign-in/credentials";
import { AcceptInvite } from "@/components/admins/accept-invite";
import { LinkNotice } from "@/components/admins/link-notice";
import { NewPasswordForm } from "@/components/admins/new-password-form";
import { SignInForm } from "@/components/admins/sign-in-form";
import { useLink } from "@/components/admins/use-link";
import { WrongPerson } from "@/components/admins/wrong-person";
import { emailKey } from "@/lib/admins/rules";
import { acceptInviteAction, acceptInviteAsNewAction, readInviteQuestion } from "./actions";

// A whole page load, so that nothing the router kept from before is shown.
const enter = (tenantSlug: string) => window.location.replace(`/tenants/${tenantSlug}/machines`);

/** Whoever has an account accepts as who they are; whoever has none makes one. */
export function InvitePanel({ signedInAs }: { signedInAs: string | null }) {
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
    const answer = await acceptInviteAction({ token }).catch(() => null);
    if (answer?.ok) enter(answer.data.tenantSlug);
    else if (answer?.code === "gone") markGone();
    return answer?.ok ? null : (answer?.message ?? "The server did not answer. Try again.");
  };
  if (signedInAs !== null && emailKey(signedInAs) !== emailKey(email)) {
    return <WrongPerson invited={email} signedInAs={signedInAs} signOut={signOutAndLeave} />;
  }
  if (signedInAs !== null) return <AcceptInvite invite={offers} accept={accept} />;
  return (
    <AcceptInvite invite={offers}>
      {hasAccount ? (
        <SignInForm email={email} verb="Sign in and join" signIn={signInWithPassword} onIn={accept} />
      ) : (
        <NewPasswordForm
          email={email}
          token={token}
          verb="Create account and join"
          save={acceptInviteAsNewAction}
          onGone={markGone}
          onDone={async ({ tenantSlug }, password) => {
            const answer = await signInWithPassword({ email, password });
            if (answer === "in") enter(tenantSlug);
            else window.location.replace("/sign-in");
          }}
        />
      )}
    </AcceptInvite>
  );
}
