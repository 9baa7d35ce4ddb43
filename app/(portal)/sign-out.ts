import { signOut } from "next-auth/react";
import { SIGN_IN_PATH } from "@/lib/paths";

/** Ends the sign-in. A whole page load follows, so that nothing the router kept is shown to the next person. */
export async function signOutAndLeave(): Promise<void> {
  await signOut({ redirect: false });
  window.location.replace(SIGN_IN_PATH);
}
