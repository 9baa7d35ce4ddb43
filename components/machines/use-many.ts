"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { ManyActions, ManyChosen, ManyDeed, ManyPreview } from "@/components/machines/many-actions";
import { attempt } from "@/components/ui/attempt";
import { useForm } from "@/components/ui/use-form";

const pageHeading = () => document.querySelector<HTMLElement>("#main h1");

/** What each of the dialogs on many machines is given. */
export type ManyDialogProps = {
  chosen: ManyChosen;
  actions: ManyActions;
  /** Closes, and says whether it was done. */
  onClose: (isDone: boolean) => void;
};

type Many<I, T> = Pick<ManyDialogProps, "chosen" | "actions"> &
  Pick<Parameters<typeof useForm<I, T>>[0], "schema" | "action" | "onDone"> & {
    deed: ManyDeed;
    lost: string;
  };

const NO_PREVIEW = "The server did not answer what would be cut. Close this and try again.";

/**
 * Shows what a deed would cut, and sends it with the token of what was shown. Where more would be cut by then nothing is done, and the new preview is
 * shown.
 */
export function useMany<I, T>({ deed, chosen, actions, ...options }: Many<I, T>) {
  const [preview, setPreview] = useState<ManyPreview | null>(null);
  const [unseen, setUnseen] = useState<string | null>(null);
  const isMounted = useRef(true);
  const asked = useRef({ deed, meant: chosen.meant, ask: actions.preview });
  const look = useCallback(async () => {
    const { ask, meant, deed: what } = asked.current;
    setPreview(null);
    setUnseen(null);
    const answer = await attempt(() => ask({ deed: what, ...meant }), NO_PREVIEW);
    if (!isMounted.current) return;
    if (answer.ok) setPreview(answer.data);
    else setUnseen(answer.message);
  }, []);
  useEffect(() => {
    isMounted.current = true;
    void look();
    return () => {
      isMounted.current = false;
    };
  }, [look]);
  const isDone = useRef(false);
  const { form, errors, failure, isPending, submit } = useForm<I, T>({
    ...options,
    onDone: (data, sent) => {
      isDone.current = true;
      return options.onDone(data, sent);
    },
    onRefused: ({ code }) => {
      if (code === "conflict" || code === "gone") void look();
    },
  });
  return {
    preview,
    /** Nothing could be shown, so nothing can be done. */
    isUnseen: unseen !== null,
    errors,
    frame: {
      form,
      isPending,
      isReady: preview !== null,
      // The button that opened the dialog is gone with the selection.
      finalFocus: () => (isDone.current ? pageHeading() : true),
      failure: unseen ?? failure ?? errors.preview ?? errors.machineIds ?? errors.filter ?? null,
    },
    send: (more: object = {}) =>
      preview ? submit({ ...chosen.meant, ...more, preview: preview.token }) : undefined,
  };
}
