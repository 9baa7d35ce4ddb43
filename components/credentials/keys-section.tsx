"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { AddKeyDialog, type NewKey } from "@/components/credentials/add-key-dialog";
import { AddedKeyDialog } from "@/components/credentials/added-key-dialog";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { CredentialSection } from "@/components/credentials/credential-section";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import type { Action } from "@/components/ui/attempt";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { countNotEnded } from "@/lib/credentials/rules";
import type { AddedKey, KeyView } from "@/lib/credentials/schema";
import type { Limits } from "@/lib/limits/schema";
import type { RehearsalView } from "@/lib/rehearsals/schema";
import type { RotationView } from "@/lib/rotations/schema";

export type KeyActions = CredentialActions & { readonly add: Action<AddedKey> };

type KeysSectionProps = {
  machine: { readonly id: string; readonly name: string; readonly clientId: string };
  keys: readonly KeyView[];
  liveInAll: number;
  limits: Limits;
  rehearsals: readonly RehearsalView[];
  now: Date;
  rotations: readonly RotationView[];
  canChange: boolean;
  actions: KeyActions;
};

const THUMBPRINT_SHOWN = 10;

const PUBLIC_KEY = {
  label: "Public key",
  cell: ({ algorithms, thumbprint }: KeyView) => (
    <>
      <span className="block leading-5 md:pt-1">{algorithms.join(", ")}</span>
      <span className="flex h-7 items-center gap-1 text-muted">
        <span title={thumbprint} className="font-mono text-small whitespace-nowrap">
          {thumbprint.slice(0, THUMBPRINT_SHOWN)}…
        </span>
        <CopyButton value={thumbprint} name="Copy thumbprint" />
      </span>
    </>
  ),
};

export function KeysSection({ machine, keys, actions, ...common }: KeysSectionProps) {
  const { limits, now } = common;
  const [isAdding, setAdding] = useState(false);
  const [added, setAdded] = useState<NewKey | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const open = () => {
    const isFull = countNotEnded(keys, now) >= limits.liveCredentialsMax;
    setFailure(isFull ? CREDENTIAL_TEXTS.Key.full(limits.liveCredentialsMax) : null);
    setAdding(!isFull);
  };

  return (
    <CredentialSection
      {...common}
      kind="Key"
      machineId={machine.id}
      rows={keys}
      own={PUBLIC_KEY}
      actions={actions}
      failure={failure}
      buttons={
        <Button onClick={open}>
          <Plus aria-hidden size={16} />
          Add key
        </Button>
      }
    >
      {isAdding ? (
        <AddKeyDialog
          machine={machine}
          keys={keys}
          lifetimeDaysMax={limits.lifetimeDaysMax}
          add={actions.add}
          onAdded={(key) => {
            setAdding(false);
            setAdded(key);
          }}
          onClose={() => setAdding(false)}
        />
      ) : null}
      {added ? <AddedKeyDialog {...added} onClose={() => setAdded(null)} /> : null}
    </CredentialSection>
  );
}
