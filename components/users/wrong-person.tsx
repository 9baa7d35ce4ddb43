"use client";

import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";

type WrongPersonProps = { invited: string; signedInAs: string; signOut: () => Promise<void> };

/** An invite was opened by somebody who is signed in as somebody else. */
export function WrongPerson({ invited, signedInAs, signOut }: WrongPersonProps) {
  return (
    <div className="flex flex-col items-start gap-4">
      <Banner look="note" role="status">
        This invite is for <strong className="font-medium">{invited}</strong>, and you are signed in as{" "}
        {signedInAs}. Sign out, then open the link again.
      </Banner>
      <Button onClick={signOut}>Sign out</Button>
    </div>
  );
}
