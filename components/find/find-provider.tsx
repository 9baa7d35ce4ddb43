"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type ReactNode, useEffect, useState } from "react";
import { FindContext } from "@/components/find/find-context";
import { FindPanel } from "@/components/find/find-panel";
import type { Action } from "@/components/ui/attempt";
import type { Found } from "@/lib/fleet/schema";

/** Whether what is typed there is somebody's text, or a question stands open. */
const isTaken = (target: EventTarget | null): boolean =>
  (target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select"))) ||
  document.querySelector("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]") !== null;

type FindProviderProps = { tenantSlug: string; find: Action<Found>; children: ReactNode };

/** The search of the shell, opened by `/`, its buttons and whoever has a text for it. What was typed is gone once it closes. */
export function FindProvider({ tenantSlug, find, children }: FindProviderProps) {
  const [openedWith, setOpenedWith] = useState<string | null>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target))
        return;
      event.preventDefault();
      setOpenedWith("");
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  const close = () => setOpenedWith(null);
  return (
    <FindContext value={setOpenedWith}>
      {children}
      <Dialog.Root open={openedWith !== null} onOpenChange={(isOpen) => isOpen || close()}>
        <Dialog.Portal>
          <Dialog.Backdrop className="backdrop fixed inset-0 bg-black/45 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
          <Dialog.Viewport className="fixed inset-0 flex items-start justify-center p-3 sm:px-6 sm:pt-[10vh]">
            <Dialog.Popup className="flex max-h-[80dvh] w-full max-w-xl flex-col overflow-hidden rounded-dialog border border-line bg-surface shadow-pop outline-none transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0">
              <Dialog.Title className="sr-only">Find</Dialog.Title>
              <FindPanel text={openedWith ?? ""} tenantSlug={tenantSlug} find={find} onLeave={close} />
            </Dialog.Popup>
          </Dialog.Viewport>
        </Dialog.Portal>
      </Dialog.Root>
    </FindContext>
  );
}
