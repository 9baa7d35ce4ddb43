"use client";

import { useRef, useState } from "react";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { DeleteCredentialDialog } from "@/components/credentials/delete-credential-dialog";
import { RehearsedHosts } from "@/components/credentials/rehearsed-hosts";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Instant, Until } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import type { CredentialKind, CredentialView } from "@/lib/credentials/schema";
import type { RehearsalReport } from "@/lib/fleet/schema";
import type { Limits } from "@/lib/limits/schema";

type Credential = CredentialView & { readonly kind: CredentialKind };

type RehearsalsProps = {
  rehearsals: readonly RehearsalReport[];
  /** Those of the machine. */
  credentials: readonly Credential[];
  machineId: string;
  tenantSlug: string;
  /** How many of them are live. */
  liveInAll: number;
  limits: Limits;
  now: Date;
  canChange: boolean;
  actions: CredentialActions & { readonly cancelRehearsal: Action<null> };
};

/** Whom the deletions that are rehearsed would have cut; nothing while none is. */
export function Rehearsals({ rehearsals, credentials, canChange, ...machine }: RehearsalsProps) {
  const [deleting, setDeleting] = useState<Credential | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = rehearsals.flatMap((rehearsal) => {
    const credential = credentials.find(({ id }) => id === rehearsal.credentialId);
    return credential ? [{ rehearsal, credential }] : [];
  });
  if (shown.length === 0 && !deleting) return null;
  return (
    <section aria-labelledby="rehearsals">
      <h2 id="rehearsals" ref={heading} tabIndex={-1} className="mb-2 text-base font-semibold outline-none">
        Rehearsed deletions
      </h2>
      <div className="flex flex-col gap-4">
        {shown.map(({ rehearsal, credential }) => (
          <Rehearsal
            key={rehearsal.id}
            machineId={machine.machineId}
            rehearsal={rehearsal}
            credential={credential}
            tenantSlug={machine.tenantSlug}
            now={machine.now}
            cancel={canChange ? machine.actions.cancelRehearsal : null}
            onDelete={() => setDeleting(credential)}
          />
        ))}
      </div>
      {deleting ? (
        <DeleteCredentialDialog
          {...machine}
          kind={deleting.kind}
          credential={deleting}
          isLast={machine.liveInAll === 1}
          returnTo={heading}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </section>
  );
}

type RehearsalProps = {
  machineId: string;
  rehearsal: RehearsalReport;
  credential: Credential;
  tenantSlug: string;
  now: Date;
  /** Null for who may only look. */
  cancel: Action<null> | null;
  onDelete: () => void;
};

function Rehearsal({ machineId, rehearsal, credential, tenantSlug, now, cancel, onDelete }: RehearsalProps) {
  const { id, startedAt, startedBy, endsAt } = rehearsal;
  const nameId = `rehearsal-${id}`;
  const toasts = useToasts();
  const { failure, isPending, run } = useAttempt<null>({
    lost: "The server did not answer. Load the page again to see whether the rehearsal was cancelled.",
    onDone: () => toasts.add({ title: `The deletion of ${credential.id} is rehearsed no more.` }),
  });
  return (
    <Panel as="section" aria-labelledby={nameId} className="p-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="mr-auto min-w-0">
          <h3 id={nameId} className="font-medium break-words">
            {credential.name ? `${credential.name} ` : null}
            <span className="font-mono text-small">{credential.id}</span>
          </h3>
          <p className="text-small text-muted">
            Ends <Instant at={endsAt} />, <Until at={endsAt} now={now} />. Begun <Instant at={startedAt} /> by{" "}
            {startedBy ?? "Latchkey, because it was reported as leaked"}.
          </p>
        </div>
        {cancel ? (
          <div className="flex flex-wrap gap-2">
            <Button
              aria-busy={isPending}
              aria-describedby={nameId}
              onClick={() => run(() => cancel({ machineId, rehearsalId: id }))}
            >
              Cancel
            </Button>
            <Button look="danger" aria-describedby={nameId} onClick={onDelete}>
              Delete now
            </Button>
          </div>
        ) : null}
      </div>
      <Alert className="mt-3">{failure}</Alert>
      <RehearsedHosts rehearsal={rehearsal} tenantSlug={tenantSlug} now={now} />
    </Panel>
  );
}
