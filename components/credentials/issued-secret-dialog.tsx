"use client";

import { ConnectRobot } from "@/components/credentials/connect-robot";
import { IssuedValue } from "@/components/credentials/issued-value";
import { useIsApiClient } from "@/components/credentials/owner-kind";
import { ShownOnceDialog } from "@/components/credentials/shown-once-dialog";
import { Banner } from "@/components/ui/banner";
import { Instant } from "@/components/ui/time";
import type { IssuedSecret } from "@/lib/credentials/schema";

type IssuedSecretDialogProps = {
  issued: IssuedSecret;
  /** The machine or API client was made with it. */
  isNew?: boolean;
  onClose: () => void;
};

/** The one time the client secret is seen. */
export function IssuedSecretDialog({ issued, isNew, onClose }: IssuedSecretDialogProps) {
  const isApiClient = useIsApiClient();
  return (
    <ShownOnceDialog
      title={isNew ? (isApiClient ? "API client made" : "Machine provisioned") : "New client secret"}
      machineName={issued.machineName}
      promise="I have stored the client secret"
      warning="Copy or download the client secret first, or tick that you have stored it. It cannot be shown again."
      onClose={onClose}
    >
      {(store) => (
        <>
          <Banner look="brass">
            <strong className="font-semibold">The client secret is shown only now.</strong> Store it where
            only {isApiClient ? "the program" : "the robot"} and you can read it. Keep the secret ID with it:
            it is how you find this secret when you want to delete it.
          </Banner>
          {issued.expiresAt ? (
            <p>
              It stops working on <Instant at={issued.expiresAt} />. Add another one before that.
            </p>
          ) : null}
          <div className="flex flex-col gap-2">
            <IssuedValue label="Client ID" value={issued.clientId} />
            <IssuedValue label="Client secret" value={issued.clientSecret} isSecret onCopied={store} />
            <IssuedValue label="Secret ID" value={issued.secretId} />
          </div>
          <ConnectRobot issued={issued} onStored={store} />
        </>
      )}
    </ShownOnceDialog>
  );
}
