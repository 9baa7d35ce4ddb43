"use client";

import { type ReactNode, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";

type ShownOnceDialogProps = {
  title: string;
  machineName: string;
  /** What the person says before the dialog closes. */
  promise: string;
  /** What they hear when they want to close it without. */
  warning: string;
  onClose: () => void;
  /** Where focus goes when what opened the dialog is gone. */
  finalFocus?: () => HTMLElement | null;
  /** Shows the value; calls `store` when it was copied or downloaded. */
  children: (store: () => void) => ReactNode;
};

/** Something that is seen once. It lives in the caller's state and nowhere else; closing asks whether it is safe. */
export function ShownOnceDialog({
  title,
  machineName,
  promise,
  warning,
  onClose,
  finalFocus,
  children,
}: ShownOnceDialogProps) {
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
      finalFocus={finalFocus}
      onOpenChange={(_isOpen, details) => {
        details.cancel();
        close();
      }}
      title={title}
      description={
        <>
          For <strong className="font-medium text-ink">{machineName}</strong>
        </>
      }
      buttons={
        <>
          <div className="mr-auto basis-64 grow py-1.5">
            <LabelledCheckbox
              ref={checkbox}
              label={promise}
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
              {warning}
            </Banner>
          ) : null}
        </>
      }
    >
      {children(store)}
    </Dialog>
  );
}
