"use client";

import type { CredentialDialogProps } from "@/components/credentials/credential-actions";
import { CREDENTIAL_TEXTS } from "@/components/credentials/credential-texts";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";

export function EnableCredentialDialog({
  kind,
  machineId,
  credential,
  actions,
  onClose,
}: CredentialDialogProps) {
  const texts = CREDENTIAL_TEXTS[kind];
  const toasts = useToasts();
  return (
    <ConfirmDialog
      title={texts.enable}
      description={
        <>
          Whoever holds <span className="font-mono text-small text-ink">{credential.id}</span>
          {credential.name ? ` (${credential.name})` : ""} can use it again. Hosts that were disconnected have
          to connect anew.{" "}
          {credential.disabledAt ? (
            <>
              It was disabled <Instant at={credential.disabledAt} /> by {credential.disabledBy ?? "Latchkey"}
              {credential.disabledReason ? `: ${credential.disabledReason}` : "."}
            </>
          ) : null}
        </>
      }
      verb="Enable"
      look="primary"
      run={() => actions.enable({ machineId, credentialId: credential.id })}
      onDone={() => toasts.add({ title: `${texts.one} ${credential.id} enabled.` })}
      onClose={onClose}
    />
  );
}
