"use client";

import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import { DeleteSecretDialog } from "@/components/credentials/delete-secret-dialog";
import { IssuedSecretDialog } from "@/components/credentials/issued-secret-dialog";
import { SecretsTable } from "@/components/credentials/secrets-table";
import type { Cut } from "@/components/sessions/disconnected";
import type { ImpactQuestions } from "@/components/sessions/use-connected-hosts";
import { type Action, attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { type IssuedSecret, LIVE_SECRETS_MAX, type SecretView } from "@/lib/credentials/schema";

export type SecretActions = ImpactQuestions & {
  readonly addSecret: Action<IssuedSecret>;
  readonly deleteSecret: Action<Cut>;
};

type SecretsSectionProps = {
  machineId: string;
  secrets: readonly SecretView[];
  now: Date;
  canChange: boolean;
  actions: SecretActions;
};

const LOST =
  "The server did not answer, so there may be a new client secret that nobody saw. Load the page again; if it is in the " +
  "list and was never used, delete it.";
const FULL = `This machine has ${LIVE_SECRETS_MAX} live client secrets, and that is the most. Delete one to add another.`;

export function SecretsSection({ machineId, secrets, now, canChange, actions }: SecretsSectionProps) {
  const [issued, setIssued] = useState<IssuedSecret | null>(null);
  const [deleting, setDeleting] = useState<SecretView | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const live = secrets.filter((secret) => secret.revokedAt === null).length;

  const add = async () => {
    if (isBusy.current) return;
    if (live >= LIVE_SECRETS_MAX) return setFailure(FULL);
    isBusy.current = true;
    setPending(true);
    setFailure(null);
    const answer = await attempt(actions.addSecret({ machineId }), LOST);
    isBusy.current = false;
    setPending(false);
    if (answer.ok) setIssued(answer.data);
    else setFailure(answer.message);
  };

  return (
    <section aria-labelledby="client-secrets">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id="client-secrets" ref={heading} tabIndex={-1} className="text-base font-semibold outline-none">
          Client secrets
        </h2>
        <p className="mr-auto text-muted tabular-nums">
          {live} of {LIVE_SECRETS_MAX} live
        </p>
        {canChange ? (
          <Button aria-busy={isPending} onClick={add}>
            <Plus aria-hidden size={16} />
            Add new
          </Button>
        ) : null}
      </div>
      {failure ? (
        <Banner look="danger" role="alert" className="mb-3">
          {failure}
        </Banner>
      ) : null}
      <SecretsTable secrets={secrets} now={now} onDelete={canChange ? setDeleting : undefined} />
      {issued ? <IssuedSecretDialog issued={issued} onClose={() => setIssued(null)} /> : null}
      {deleting ? (
        <DeleteSecretDialog
          machineId={machineId}
          secret={deleting}
          now={now}
          isLast={live === 1}
          actions={actions}
          returnTo={heading}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </section>
  );
}
