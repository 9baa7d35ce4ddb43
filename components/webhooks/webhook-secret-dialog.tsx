"use client";

import { IssuedValue } from "@/components/credentials/issued-value";
import { ShownOnceDialog } from "@/components/credentials/shown-once-dialog";
import { Banner } from "@/components/ui/banner";
import type { IssuedWebhookSecret } from "@/lib/webhooks/schema";

type WebhookSecretDialogProps = {
  issued: IssuedWebhookSecret;
  /** It follows another one, which signs along for a day. */
  isNext?: boolean;
  onClose: () => void;
};

/** The one time that the secret of a webhook is seen. */
export function WebhookSecretDialog({ issued, isNext, onClose }: WebhookSecretDialogProps) {
  return (
    <ShownOnceDialog
      title={isNext ? "New secret of the webhook" : "Webhook added"}
      machineName={issued.url}
      promise="I have stored the secret"
      warning="Copy the secret first, or tick that you have stored it. It cannot be shown again."
      onClose={onClose}
    >
      {(store) => (
        <>
          <Banner look="brass">
            <strong className="font-semibold">The secret is shown only now.</strong> The receiver needs it to
            verify that a message is from Latchkey.
            {isNext ? " The one before signs along for 24 hours." : null}
          </Banner>
          <IssuedValue label="Secret" value={issued.secret} isSecret onCopied={store} />
        </>
      )}
    </ShownOnceDialog>
  );
}
