"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/components/ui/classes";

const BACKDROP =
  "backdrop fixed inset-0 bg-black/45 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";
const VIEWPORT =
  "fixed inset-0 flex items-end justify-center sm:items-start sm:px-6 sm:pt-[min(10vh,5rem)] sm:pb-6";
const POPUP =
  "flex max-h-[92dvh] w-full flex-col rounded-t-dialog border border-line bg-surface shadow-pop outline-none sm:max-h-full sm:rounded-dialog " +
  "transition-[translate,opacity] duration-150 data-ending-style:translate-y-2 data-ending-style:opacity-0 " +
  "data-starting-style:translate-y-2 data-starting-style:opacity-0";

type DialogProps = Pick<ComponentProps<typeof AlertDialog.Root>, "open" | "onOpenChange"> &
  Pick<ComponentProps<typeof AlertDialog.Popup>, "initialFocus" | "finalFocus"> & {
    title: string;
    /** What the dialog is about, in words a screen reader says when it opens. */
    description: ReactNode;
    isWide?: boolean;
    children?: ReactNode;
    /** The buttons, the one that does it last. */
    buttons: ReactNode;
  };

/** A question that wants an answer: a click outside does not close it, Escape does unless `onOpenChange` refuses. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  isWide,
  children,
  buttons,
  ...focus
}: DialogProps) {
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={BACKDROP} />
        <AlertDialog.Viewport className={VIEWPORT}>
          <AlertDialog.Popup {...focus} className={classes(POPUP, isWide ? "sm:max-w-3xl" : "sm:max-w-md")}>
            <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5">
              <div>
                <AlertDialog.Title className="text-base font-semibold break-words">{title}</AlertDialog.Title>
                <AlertDialog.Description render={<div />} className="mt-1 break-words text-muted">
                  {description}
                </AlertDialog.Description>
              </div>
              {children}
            </div>
            <div className="flex shrink-0 flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
              {buttons}
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
