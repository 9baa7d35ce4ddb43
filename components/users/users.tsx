"use client";

import { UserPlus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { pageAddress } from "@/components/ui/page-address";
import { PageFooter, type Place } from "@/components/ui/page-footer";
import { type Crumb, PageHeader } from "@/components/ui/page-header";
import type { MailProblem } from "@/lib/notifications/schema";
import type { InviteRow, PersonRow } from "@/lib/users/schema";
import { InviteDialog } from "./invite-dialog";
import { type Issued, IssuedLinkDialog } from "./issued-link-dialog";
import { PendingInvites } from "./pending-invites";
import { SecondFactorRule } from "./second-factor-rule";
import type { UserActions } from "./user-actions";
import { UserDialog, type UserQuestion } from "./user-dialog";
import { UserTable } from "./user-table";

type UsersProps = {
  crumbs: readonly Crumb[];
  /** Those of this page. */
  people: readonly PersonRow[];
  place: Place;
  path: string;
  withoutSecondFactor: number;
  invites: readonly InviteRow[];
  requiresSecondFactor: boolean;
  now: Date;
  /** Of those of this page. */
  mailProblems: readonly MailProblem[];
  /** Links go to people by mail, too. */
  sendsMail: boolean;
  /** Whoever looks manages the installation, and so decides who else does. */
  canShareInstallation: boolean;
  actions: UserActions;
};

type Asking = UserQuestion | { deed: "invite" } | null;

export function Users({
  crumbs,
  people,
  place,
  path,
  withoutSecondFactor,
  invites,
  requiresSecondFactor,
  now,
  mailProblems,
  sendsMail,
  canShareInstallation,
  actions,
}: UsersProps) {
  const [asking, setAsking] = useState<Asking>(null);
  // The one time the link is seen: it lives here and nowhere else.
  const [issued, setIssued] = useState<Issued | null>(null);
  const close = () => setAsking(null);
  return (
    <>
      <PageHeader crumbs={crumbs} title="Users">
        <Button look="primary" onClick={() => setAsking({ deed: "invite" })}>
          <UserPlus aria-hidden size={16} />
          Invite
        </Button>
      </PageHeader>
      <div className="flex flex-col gap-8">
        <div>
          <UserTable
            people={people}
            now={now}
            mailProblems={mailProblems}
            canShareInstallation={canShareInstallation}
            onAsk={(deed, person) => setAsking({ deed, person })}
          />
          <PageFooter place={place} hrefOf={(page) => pageAddress(path, page)} />
        </div>
        <PendingInvites invites={invites} now={now} revoke={actions.revokeInvite} />
        <SecondFactorRule
          isRequired={requiresSecondFactor}
          without={withoutSecondFactor}
          require={actions.requireSecondFactor}
        />
      </div>
      {asking?.deed === "invite" ? (
        <InviteDialog
          invite={actions.invite}
          sendsMail={sendsMail}
          onIssued={(link) => setIssued({ kind: "invite", ...link })}
          onClose={close}
        />
      ) : null}
      {asking !== null && asking.deed !== "invite" ? (
        <UserDialog
          asking={asking}
          sendsMail={sendsMail}
          actions={actions}
          onIssued={(link) => setIssued({ kind: "reset", ...link })}
          onClose={close}
        />
      ) : null}
      {issued ? <IssuedLinkDialog issued={issued} onClose={() => setIssued(null)} /> : null}
    </>
  );
}
