"use client";

import { Toast } from "@base-ui/react/toast";
import { AlertTriangle, CheckCircle2, X } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClass } from "@/components/ui/button";

const TIMEOUT_MILLISECONDS = 8000;

/** Say what happened: `add({ title })`, with type "failure" when it did not. Base UI announces it and keeps it while somebody reads it. */
export const useToasts = Toast.useToastManager;

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider timeout={TIMEOUT_MILLISECONDS}>
      {children}
      <Toast.Portal>
        <Toast.Viewport
          aria-label="Messages"
          className="fixed inset-x-4 bottom-4 flex flex-col gap-2 sm:inset-x-auto sm:right-6 sm:bottom-6 sm:w-96"
        >
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Toasts() {
  return useToasts().toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-panel border border-line bg-raised shadow-pop transition-opacity duration-150 data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0"
    >
      <Toast.Content className="flex items-start gap-2.5 py-2 pr-2 pl-3">
        {toast.type === "failure" ? (
          <AlertTriangle aria-hidden size={16} className="mt-1.5 shrink-0 text-danger" />
        ) : (
          <CheckCircle2 aria-hidden size={16} className="mt-1.5 shrink-0 text-accent" />
        )}
        <div className="min-w-0 flex-1 py-1 break-words">
          <Toast.Title className="font-medium" />
          <Toast.Description className="text-muted" />
        </div>
        <Toast.Close aria-label="Dismiss" className={buttonClass({ look: "quiet", size: "icon" })}>
          <X aria-hidden size={15} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
