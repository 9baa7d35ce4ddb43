"use client";

import { useRef, useState } from "react";
import { ConnectRobot } from "@/components/credentials/connect-robot";
import { IssuedValue } from "@/components/credentials/issued-value";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import type { IssuedSecret } from "@/lib/credentials/schema";

type IssuedSecretDialogProps = {
  issued: IssuedSecret;
  isNewMachine?: boolean;
  onClose: () => void;
};

/** The one time the client secret is seen. It lives in the caller's state and nowhere else; closing asks whether it is safe. */
export function IssuedSecretDialog({ issued, isNewMachine, onClose }: IssuedSecretDialogProps) {
  const [isStored, setStored] = useState(false);
  const [isWarned, setWarned] = useState(false);
  const checkbox = useRef<HTMLInputElement>(null);
  const store = () => {
    setStored(true);
    setWarned(false);
  };
  const close = () => {
    if (isStored) return onClose();
    setWarned(true);
    checkbox.current?.focus();
  };

  return (
    <Dialog
      open
      isWide
      onOpenChange={(_isOpen, details) => {
        details.cancel();
        close();
      }}
      title={isNewMachine ? "Machine provisioned" : "New client secret"}
      description={
        <>
          For <strong className="font-medium text-ink">{issued.machineName}</strong>
        </>
      }
      buttons={
        <>
          <div className="mr-auto basis-64 grow py-1.5">
            <LabelledCheckbox
              ref={checkbox}
              label="I have stored the client secret"
              checked={isStored}
              onCheckedChange={(isTicked) => (isTicked ? store() : setStored(false))}
              {...(isWarned && { "aria-describedby": "not-stored" })}
            />
          </div>
          <Button look={isStored ? "primary" : "secondary"} onClick={close}>
            Close
          </Button>
          {isWarned ? (
            <Banner look="danger" role="alert" id="not-stored" className="w-full">
              Copy or download the client secret first, or tick that you have stored it. It cannot be shown
              again.
            </Banner>
          ) : null}
        </>
      }
    >
      <Banner look="brass">
        <strong className="font-semibold">The client secret is shown only now.</strong> Store it where only
        the robot and you can read it. Keep the secret ID with it: it is how you find this secret when you
        want to delete it.
      </Banner>
      <div className="flex flex-col gap-2">
        <IssuedValue label="Client ID" value={issued.clientId} />
        <IssuedValue label="Client secret" value={issued.clientSecret} isSecret onCopied={store} />
        <IssuedValue label="Secret ID" value={issued.secretId} />
      </div>
      <ConnectRobot issued={issued} onStored={store} />
    </Dialog>
  );
}
