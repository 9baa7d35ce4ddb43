"use client";

import { Download } from "lucide-react";
import { useRef, useState } from "react";
import { downloadText } from "@/components/credentials/download";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";

type RecoveryCodesDialogProps = { email: string; codes: readonly string[]; onClose: () => void };

/** The one time the recovery codes are seen; closing asks whether they are safe. */
export function RecoveryCodesDialog({ email, codes, onClose }: RecoveryCodesDialogProps) {
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
  const text = `Latchkey recovery codes of ${email}\nEach one stands in for the authenticator app once.\n\n${codes.join("\n")}\n`;
  return (
    <Dialog
      open
      onOpenChange={(_isOpen, details) => {
        details.cancel();
        close();
      }}
      title="Recovery codes"
      description="Each one stands in for your authenticator app, once."
      buttons={
        <>
          <div className="mr-auto basis-56 grow py-1.5">
            <LabelledCheckbox
              ref={checkbox}
              label="I have stored the recovery codes"
              checked={isStored}
              onCheckedChange={(isTicked) => (isTicked ? store() : setStored(false))}
              {...(isWarned && { "aria-describedby": "codes-not-stored" })}
            />
          </div>
          <Button look={isStored ? "primary" : "secondary"} onClick={close}>
            Close
          </Button>
          {isWarned ? (
            <Banner look="danger" role="alert" id="codes-not-stored" className="w-full">
              Copy or download the codes first, or tick that you have stored them. They cannot be shown again.
            </Banner>
          ) : null}
        </>
      }
    >
      <Banner look="brass">
        <strong className="font-semibold">They are shown only now.</strong> Keep them apart from your phone:
        they are how you come in when it is lost.
      </Banner>
      <ul
        aria-label="Recovery codes"
        className="grid gap-x-6 gap-y-1 rounded-control border border-brass-line bg-brass-soft px-4 py-3 font-mono text-small leading-6 sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <CopyButton value={codes.join("\n")} name="Copy the recovery codes" text="Copy" onCopied={store} />
        <Button
          size="sm"
          onClick={() => {
            downloadText("latchkey-recovery-codes.txt", text);
            store();
          }}
        >
          <Download aria-hidden size={14} />
          Download
        </Button>
      </div>
    </Dialog>
  );
}
