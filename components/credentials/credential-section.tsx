"use client";

import { type ReactNode, useRef, useState } from "react";
import type { CredentialActions, CredentialDeed } from "@/components/credentials/credential-actions";
import { CREDENTIAL_DIALOGS } from "@/components/credentials/credential-dialogs";
import { CredentialMenu, createCredentialMenu } from "@/components/credentials/credential-menu";
import { CredentialTable, type OwnColumn } from "@/components/credentials/credential-table";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { OpenRotations } from "@/components/rotations/open-rotations";
import { Alert } from "@/components/ui/banner";
import { AtMost } from "@/components/ui/page-footer";
import { countLive, countNotEnded, credentialState } from "@/lib/credentials/rules";
import { CREDENTIALS_SHOWN_MAX, type CredentialKind, type CredentialView } from "@/lib/credentials/schema";
import type { Limits } from "@/lib/limits/schema";
import type { RehearsalView } from "@/lib/rehearsals/schema";
import type { RotationView } from "@/lib/rotations/schema";

type CredentialSectionProps<T> = {
  kind: CredentialKind;
  machineId: string;
  rows: readonly T[];
  /** Those of the machine that are under way. */
  rotations: readonly RotationView[];
  /** How many secrets and keys of the machine are live, together. */
  liveInAll: number;
  limits: Limits;
  /** Those of the machine that go on. */
  rehearsals: readonly RehearsalView[];
  now: Date;
  canChange: boolean;
  own: OwnColumn<T>;
  actions: CredentialActions;
  failure: string | null;
  buttons: ReactNode;
  children?: ReactNode;
};

type Asking = { readonly deed: CredentialDeed; readonly credential: CredentialView };

/** The machine's secrets or its keys: heading, buttons, table and the dialog of what is done to one. */
export function CredentialSection<T extends CredentialView>({
  kind,
  machineId,
  rows,
  rotations,
  liveInAll,
  limits,
  rehearsals,
  now,
  canChange,
  own,
  actions,
  failure,
  buttons,
  children,
}: CredentialSectionProps<T>) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const [menu] = useState(createCredentialMenu);
  const heading = useRef<HTMLHeadingElement>(null);
  const texts = CREDENTIAL_TEXTS[kind];
  const live = countLive(rows, now);
  const disabled = countNotEnded(rows, now) - live;
  const ask = (deed: CredentialDeed, credential: CredentialView) => setAsking({ deed, credential });
  const Dialog = asking && CREDENTIAL_DIALOGS[asking.deed];
  return (
    <section aria-labelledby={texts.headingId}>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id={texts.headingId} ref={heading} tabIndex={-1} className="text-base font-semibold outline-none">
          {texts.heading}
        </h2>
        <p className="mr-auto text-muted tabular-nums">
          {live} of {limits.liveCredentialsMax} live{disabled > 0 ? `, ${disabled} disabled` : null}
        </p>
        {canChange ? <div className="flex flex-wrap gap-2">{buttons}</div> : null}
      </div>
      <Alert className="mb-3">{failure}</Alert>
      <CredentialTable
        kind={kind}
        rows={rows}
        rehearsals={rehearsals}
        now={now}
        own={own}
        rotations={rotations}
        menu={menu}
        onAsk={canChange ? ask : undefined}
      />
      <CredentialMenu handle={menu} now={now} onAsk={ask} />
      <AtMost
        shown={rows.length}
        max={CREDENTIALS_SHOWN_MAX}
        which="the live and the latest; the record of the tenant has all"
      />
      <OpenRotations
        machineId={machineId}
        rotations={rotations.filter(({ fromCredentialId }) => rows.some(({ id }) => id === fromCredentialId))}
        now={now}
        room={limits.liveCredentialsMax - countNotEnded(rows, now)}
        canChange={canChange}
        actions={actions}
      />
      {children}
      {asking && Dialog ? (
        <Dialog
          kind={kind}
          machineId={machineId}
          credential={asking.credential}
          now={now}
          isLast={liveInAll === 1 && credentialState(asking.credential, now) === "Live"}
          limits={limits}
          actions={actions}
          returnTo={heading}
          onClose={() => setAsking(null)}
        />
      ) : null}
    </section>
  );
}
