"use client";

import { SignInForm } from "@/components/admins/sign-in-form";
import { signInWithPassword } from "./credentials";

export function SignInPanel({ target }: { target: string }) {
  return (
    <SignInForm
      signIn={async (credentials) => {
        const refused = await signInWithPassword(credentials);
        // A whole page load, so that nothing the router kept from before the sign-in is shown.
        if (refused === null) window.location.replace(target);
        return refused;
      }}
    />
  );
}
