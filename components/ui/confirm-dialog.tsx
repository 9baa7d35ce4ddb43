"use client";

import { type ReactNode, useRef, useState } from "react";
import { attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ActionResult } from "@/lib/errors";

type ConfirmDialogProps<T> = {
  title: string;
  description: ReactNode;
  /** The button that does it. */
  verb: string;
  /** What the button looks like: `primary` for a deed that takes nothing away. */
  look?: "danger" | "primary";
  run: () => Promise<ActionResult<T>>;
  onDone: (data: T) => void;
  onClose: () => void;
  children?: ReactNode;
};

export const LOST_ANSWER = "The server did not answer. Load the page again to see whether it was done.";

/** Asks before a deed that cannot be taken back, or says what it will do; a refusal stays in view. Mounted only while it asks. */
export function ConfirmDialog<T>({
  title,
  description,
  verb,
  look = "danger",
  run,
  onDone,
  onClose,
  children,
}: ConfirmDialogProps<T>) {
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  // The button that opened the dialog is often gone with its row; then focus goes to the page's heading.
  const isDone = useRef(false);

  const confirm = async () => {
    if (isBusy.current) return;
    isBusy.current = true;
    setPending(true);
    setFailure(null);
    const answer = await attempt(() => run(), LOST_ANSWER);
    isBusy.current = false;
    setPending(false);
    if (!answer.ok) return setFailure(answer.message);
    isDone.current = true;
    onDone(answer.data);
    onClose();
  };

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      finalFocus={() => (isDone.current ? document.querySelector<HTMLElement>("#main h1") : true)}
      title={title}
      description={description}
      buttons={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look={look} aria-busy={isPending} onClick={confirm}>
            {verb}
          </Button>
        </>
      }
    >
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
      {children}
    </Dialog>
  );
}
