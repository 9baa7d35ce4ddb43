"use client";

import { type ReactNode, useState } from "react";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import type { InviteView } from "@/lib/users/schema";
import { ROLE_HINTS } from "./labels";

type AcceptInviteProps = {
  invite: InviteView;
  /** For somebody who is signed in: joins. @returns why not, or null when it is done */
  accept?: () => Promise<string | null>;
  /** For somebody who is not: how they come in. */
  children?: ReactNode;
};

/** What the invite offers, and the way to take it. */
export function AcceptInvite({ invite, accept, children }: AcceptInviteProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const join = async () => {
    if (isPending || !accept) return;
    setPending(true);
    const refused = await accept();
    setFailure(refused);
    if (refused !== null) setPending(false);
  };
  return (
    <div className="flex flex-col gap-5">
      <Panel as="dl" className="px-4 py-3">
        <dt className="text-small text-muted">Tenant</dt>
        <dd className="font-medium wrap-anywhere">{invite.tenantName}</dd>
        <dt className="mt-2 text-small text-muted">Role</dt>
        <dd>
          <span className="font-medium">{invite.role}</span>
          <span className="block text-small text-muted">{ROLE_HINTS[invite.role]}</span>
        </dd>
      </Panel>
      <Alert>{failure}</Alert>
      {accept ? (
        <>
          <p className="text-muted wrap-anywhere">You are signed in as {invite.email}.</p>
          <Button look="primary" aria-busy={isPending} onClick={join}>
            Join {invite.tenantName.length > 30 ? "the tenant" : invite.tenantName}
          </Button>
        </>
      ) : (
        <>
          {invite.hasAccount ? (
            <p className="text-muted">You have an account already. Sign in with it to join.</p>
          ) : null}
          {children}
        </>
      )}
    </div>
  );
}
