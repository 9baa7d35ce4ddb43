"use client";

import { type ReactNode, useRef } from "react";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useAttempt } from "@/components/ui/use-attempt";
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
  // The button that opened the dialog is often gone with its row; then focus goes to the page's heading.
  const isDone = useRef(false);

  const {
    failure,
    isPending,
    run: attempt,
  } = useAttempt<T>({
    lost: LOST_ANSWER,
    onDone: (data) => {
      isDone.current = true;
      onDone(data);
      onClose();
    },
  });

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
          <Button look={look} aria-busy={isPending} onClick={() => attempt(run)}>
            {verb}
          </Button>
        </>
      }
    >
      <Alert>{failure}</Alert>
      {children}
    </Dialog>
  );
}
