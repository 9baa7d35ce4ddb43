"use client";

import { Button } from "@/components/ui/button";
import { signOutAndLeave } from "./sign-out";

export function SignOutButton() {
  return (
    <Button className="mt-8" onClick={signOutAndLeave}>
      Sign out
    </Button>
  );
}
