"use client";

import { type ReactNode, useRef, useState } from "react";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { CredentialTable, type OwnColumn } from "@/components/credentials/credential-table";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { DeleteCredentialDialog } from "@/components/credentials/delete-credential-dialog";
import { EditCredentialDialog } from "@/components/credentials/edit-credential-dialog";
import { Alert } from "@/components/ui/banner";
import { AtMost } from "@/components/ui/page-footer";
import { countLive, credentialState } from "@/lib/credentials/rules";
import { CREDENTIALS_SHOWN_MAX, type CredentialKind, type CredentialView } from "@/lib/credentials/schema";
import type { Limits } from "@/lib/limits/schema";

type CredentialSectionProps<T> = {
  kind: CredentialKind;
  machineId: string;
  rows: readonly T[];
  /** How many secrets and keys of the machine are live, together. */
  liveInAll: number;
  limits: Limits;
  now: Date;
  canChange: boolean;
  own: OwnColumn<T>;
  actions: CredentialActions;
  failure: string | null;
  buttons: ReactNode;
  children?: ReactNode;
};

/** The machine's secrets or its keys: heading, buttons, table and the question before one is deleted. */
export function CredentialSection<T extends CredentialView>({
  kind,
  machineId,
  rows,
  liveInAll,
  limits,
  now,
  canChange,
  own,
  actions,
  failure,
  buttons,
  children,
}: CredentialSectionProps<T>) {
  const [deleting, setDeleting] = useState<T | null>(null);
  const [editing, setEditing] = useState<T | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const texts = CREDENTIAL_TEXTS[kind];
  return (
    <section aria-labelledby={texts.headingId}>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id={texts.headingId} ref={heading} tabIndex={-1} className="text-base font-semibold outline-none">
          {texts.heading}
        </h2>
        <p className="mr-auto text-muted tabular-nums">
          {countLive(rows, now)} of {limits.liveCredentialsMax} live
        </p>
        {canChange ? <div className="flex flex-wrap gap-2">{buttons}</div> : null}
      </div>
      <Alert className="mb-3">{failure}</Alert>
      <CredentialTable
        kind={kind}
        rows={rows}
        now={now}
        own={own}
        onEdit={canChange ? setEditing : undefined}
        onDelete={canChange ? setDeleting : undefined}
      />
      <AtMost
        shown={rows.length}
        max={CREDENTIALS_SHOWN_MAX}
        which="the live and the latest; the record of the tenant has all"
      />
      {children}
      {editing ? (
        <EditCredentialDialog
          kind={kind}
          machineId={machineId}
          credential={editing}
          lifetimeDaysMax={limits.lifetimeDaysMax}
          actions={actions}
          onClose={() => setEditing(null)}
        />
      ) : null}
      {deleting ? (
        <DeleteCredentialDialog
          kind={kind}
          machineId={machineId}
          credential={deleting}
          now={now}
          isLast={liveInAll === 1 && credentialState(deleting, now) === "Live"}
          actions={actions}
          returnTo={heading}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </section>
  );
}
