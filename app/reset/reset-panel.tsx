"use client";

import { signInWithPassword } from "@/app/sign-in/credentials";
import { LinkNotice } from "@/components/users/link-notice";
import { NewPasswordForm } from "@/components/users/new-password-form";
import { useLink } from "@/components/users/use-link";
import { SIGN_IN_PATH } from "@/lib/paths";
import { readResetQuestion, resetPasswordAction } from "./actions";

export function ResetPanel() {
  const { link, markGone } = useLink(readResetQuestion);
  if (link.state !== "valid") {
    return (
      <LinkNotice link={link} name="reset link">
        Ask an administrator of your tenant for another one, or somebody who can use the server.
      </LinkNotice>
    );
  }
  return (
    <NewPasswordForm
      email={link.offers.email}
      token={link.token}
      verb="Set password"
      save={resetPasswordAction}
      onGone={markGone}
      onDone={async ({ email }, password) => {
        // Whoever has a second factor is asked for it there.
        const answer = await signInWithPassword({ email, password });
        window.location.replace(answer === "in" ? "/" : SIGN_IN_PATH);
      }}
    />
  );
}
