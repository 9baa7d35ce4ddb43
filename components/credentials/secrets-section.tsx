"use client";

import { CalendarClock, Plus } from "lucide-react";
import { useState } from "react";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { CredentialSection } from "@/components/credentials/credential-section";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { IssuedSecretDialog } from "@/components/credentials/issued-secret-dialog";
import { NamedSecretDialog } from "@/components/credentials/named-secret-dialog";
import type { Action } from "@/components/ui/attempt";
import { Button } from "@/components/ui/button";
import { useAttempt } from "@/components/ui/use-attempt";
import { countNotEnded } from "@/lib/credentials/rules";
import type { IssuedSecret, SecretView } from "@/lib/credentials/schema";
import type { Limits } from "@/lib/limits/schema";
import type { RehearsalView } from "@/lib/rehearsals/schema";
import type { RotationView } from "@/lib/rotations/schema";

export type SecretActions = CredentialActions & { readonly add: Action<IssuedSecret> };

type SecretsSectionProps = {
  machineId: string;
  secrets: readonly SecretView[];
  liveInAll: number;
  limits: Limits;
  rehearsals: readonly RehearsalView[];
  now: Date;
  rotations: readonly RotationView[];
  canChange: boolean;
  actions: SecretActions;
};

const LOST =
  "The server did not answer, so there may be a new client secret that nobody saw. Load the page again; if it is in the " +
  "list and was never used, delete it.";

const HINT = {
  label: "Hint",
  cell: ({ hint }: SecretView) => (
    <span className="font-mono text-small leading-7 whitespace-nowrap">{hint}</span>
  ),
};

export function SecretsSection({ secrets, actions, ...machine }: SecretsSectionProps) {
  const { machineId, limits, now } = machine;
  const [issued, setIssued] = useState<IssuedSecret | null>(null);
  const [isNaming, setNaming] = useState(false);
  const [full, setFull] = useState<string | null>(null);
  const { failure, isPending, run, clear } = useAttempt({ lost: LOST, onDone: setIssued });

  const ifThereIsRoom = (then: () => void) => {
    if (isPending) return;
    clear();
    const isFull = countNotEnded(secrets, now) >= limits.liveCredentialsMax;
    setFull(isFull ? CREDENTIAL_TEXTS.Secret.full(limits.liveCredentialsMax) : null);
    if (!isFull) then();
  };
  const add = () => run(() => actions.add({ machineId }));

  return (
    <CredentialSection
      {...machine}
      kind="Secret"
      rows={secrets}
      own={HINT}
      actions={actions}
      failure={full ?? failure}
      buttons={
        <>
          <Button look="quiet" onClick={() => ifThereIsRoom(() => setNaming(true))}>
            <CalendarClock aria-hidden size={16} />
            Add with name or expiry…
          </Button>
          <Button aria-busy={isPending} onClick={() => ifThereIsRoom(add)}>
            <Plus aria-hidden size={16} />
            Add new
          </Button>
        </>
      }
    >
      {isNaming ? (
        <NamedSecretDialog
          machineId={machineId}
          lifetimeDaysMax={limits.lifetimeDaysMax}
          add={actions.add}
          lost={LOST}
          onIssued={(secret) => {
            setNaming(false);
            setIssued(secret);
          }}
          onClose={() => setNaming(false)}
        />
      ) : null}
      {issued ? <IssuedSecretDialog issued={issued} onClose={() => setIssued(null)} /> : null}
    </CredentialSection>
  );
}
