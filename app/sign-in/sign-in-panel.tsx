"use client";

import { SignInForm } from "@/components/admins/sign-in-form";
import { signInWithPassword } from "./credentials";

export function SignInPanel({ target }: { target: string }) {
  return (
    <SignInForm
      signIn={signInWithPassword}
      // A whole page load, so that nothing the router kept from before the sign-in is shown.
      onIn={async () => {
        window.location.replace(target);
        return null;
      }}
    />
  );
}
