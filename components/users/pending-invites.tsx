"use client";

import { X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { AtMost } from "@/components/ui/page-footer";
import { Panel } from "@/components/ui/panel";
import { type Column, StackCell, StackRow, StackTable, Under } from "@/components/ui/stack-table";
import { Ago, Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import { INVITES_SHOWN_MAX, type InviteRow } from "@/lib/users/schema";
import type { UserActions } from "./user-actions";

type PendingInvitesProps = {
  invites: readonly InviteRow[];
  now: Date;
  revoke: UserActions["revokeInvite"];
};

const COLUMNS: readonly Column[] = [
  { label: "Email" },
  { label: "Role", className: "w-40" },
  { label: "Invited", className: "w-64" },
  { label: "Valid until", className: "w-52" },
  { label: "Actions", className: "w-28", isHidden: true },
];

export function PendingInvites({ invites, now, revoke }: PendingInvitesProps) {
  const toasts = useToasts();
  const [asking, setAsking] = useState<InviteRow | null>(null);
  return (
    <section aria-labelledby="pending-invites">
      <h2 id="pending-invites" className="mb-2 text-base font-semibold">
        Pending invites
      </h2>
      {invites.length === 0 ? (
        <Panel as="p" className="px-4 py-5 text-muted">
          None. An invite stands here until it is used, for an hour at most.
        </Panel>
      ) : (
        <StackTable label="Pending invites" columns={COLUMNS}>
          {invites.map((invite) => (
            <StackRow key={invite.id}>
              <StackCell className="font-medium">
                <span id={`invite-${invite.id}`}>{invite.email}</span>
              </StackCell>
              <StackCell label="Role">{invite.role}</StackCell>
              <StackCell label="Invited" className="text-muted">
                <Ago at={invite.createdAt} now={now} />
                <Under>by {invite.createdBy}</Under>
              </StackCell>
              <StackCell label="Valid until" className="text-muted">
                <Instant at={invite.expiresAt} />
              </StackCell>
              <StackCell className="@3xl:py-1.5 @3xl:text-right">
                <Button
                  size="sm"
                  look="dangerQuiet"
                  aria-describedby={`invite-${invite.id}`}
                  onClick={() => setAsking(invite)}
                >
                  <X aria-hidden size={14} />
                  Revoke
                </Button>
              </StackCell>
            </StackRow>
          ))}
        </StackTable>
      )}
      <AtMost shown={invites.length} max={INVITES_SHOWN_MAX} which="the latest" />
      {asking ? (
        <ConfirmDialog
          title="Revoke this invite?"
          description={
            <>
              The link for <strong className="font-medium text-ink">{asking.email}</strong> is worth nothing
              from now on.
            </>
          }
          verb="Revoke"
          run={() => revoke({ inviteId: asking.id })}
          onDone={() => toasts.add({ title: `The invite of ${asking.email} is revoked.` })}
          onClose={() => setAsking(null)}
        />
      ) : null}
    </section>
  );
}
