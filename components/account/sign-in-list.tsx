"use client";

import { LogOut } from "lucide-react";
import { useState } from "react";
import type { AccountActions } from "@/components/account/account-actions";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { AtMost } from "@/components/ui/page-footer";
import { type Column, StackCell, StackRow, StackTable } from "@/components/ui/stack-table";
import { Ago, Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import { SIGN_INS_SHOWN_MAX, type SignInView } from "@/lib/users/schema";

type SignInListProps = {
  signIns: readonly SignInView[];
  now: Date;
  end: AccountActions["endSignIn"];
};

const COLUMNS: readonly Column[] = [
  { label: "Device" },
  { label: "Address", className: "w-48" },
  { label: "Started", className: "w-52" },
  { label: "Last seen", className: "w-32" },
  { label: "Actions", className: "w-28", isHidden: true },
];

export function SignInList({ signIns, now, end }: SignInListProps) {
  const toasts = useToasts();
  const [asking, setAsking] = useState<SignInView | null>(null);
  return (
    <>
      <p className="mb-2 text-muted">
        Where you are signed in. One that you do not know is somebody else: end it, and change your password.
      </p>
      <StackTable label="Sign-ins" columns={COLUMNS}>
        {signIns.map((signIn) => (
          <StackRow key={signIn.id}>
            <StackCell>
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span id={`sign-in-${signIn.id}`} className="font-medium">
                  {signIn.device}
                </span>
                {signIn.isThisOne ? <Badge look="accent">This one</Badge> : null}
              </span>
            </StackCell>
            <StackCell label="Address" className="text-muted" isEmpty={signIn.address === null}>
              <span className="font-mono text-small">{signIn.address}</span>
            </StackCell>
            <StackCell label="Started" className="text-muted">
              <Instant at={signIn.startedAt} />
            </StackCell>
            <StackCell label="Last seen" className="text-muted">
              <Ago at={signIn.lastSeenAt} now={now} />
            </StackCell>
            <StackCell className="@3xl:py-1.5 @3xl:text-right">
              {signIn.isThisOne ? null : (
                <Button
                  size="sm"
                  look="dangerQuiet"
                  aria-describedby={`sign-in-${signIn.id}`}
                  onClick={() => setAsking(signIn)}
                >
                  <LogOut aria-hidden size={14} />
                  End
                </Button>
              )}
            </StackCell>
          </StackRow>
        ))}
      </StackTable>
      <AtMost shown={signIns.length} max={SIGN_INS_SHOWN_MAX} which="those that were seen last" />
      {asking ? (
        <ConfirmDialog
          title="End this sign-in?"
          description={
            <>
              <strong className="font-medium text-ink">{asking.device}</strong>
              {asking.address ? ` at ${asking.address}` : null} is signed out at its next click.
            </>
          }
          verb="End sign-in"
          run={() => end({ signInId: asking.id })}
          onDone={() => toasts.add({ title: "The sign-in is ended." })}
          onClose={() => setAsking(null)}
        />
      ) : null}
    </>
  );
}
