"use client";

import { useRef, useState } from "react";
import { attempt } from "@/components/ui/attempt";
import type { ActionResult } from "@/lib/errors";

export type Refused = Extract<ActionResult<never>, { readonly ok: false }>;

/** What `onDone` returns when the page is on its way to another: the button stays busy, and a second click does nothing. */
export const LEAVING = Symbol("leaving");

type AttemptOptions<T> = {
  /** What to say when no answer came back. */
  lost: string;
  /** @returns `LEAVING`, or anything */
  onDone: (data: T) => unknown;
  /** @returns what to say; without it, what the server said */
  onRefused?: ((refused: Refused) => string | null) | undefined;
};

/** One action at a time: a second click while the first one is on its way does nothing. */
export function useAttempt<T>({ lost, onDone, onRefused }: AttemptOptions<T>) {
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  // State would answer a second click of the same instant with the first one's picture; a ref does not.
  const isBusy = useRef(false);

  const run = async (ask: () => Promise<ActionResult<T>>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setPending(true);
    setFailure(null);
    const answer = await attempt(ask, lost);
    if (answer.ok && onDone(answer.data) === LEAVING) return;
    isBusy.current = false;
    setPending(false);
    if (!answer.ok) setFailure(onRefused ? onRefused(answer) : answer.message);
  };

  return { failure, isPending, isBusy, run, clear: () => setFailure(null) };
}
