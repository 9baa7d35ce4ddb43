"use client";

import { useEffect, useState } from "react";
import { type Action, attempt } from "@/components/ui/attempt";
import { useLinkToken } from "./use-link-token";

/** What is known of the link that was opened: not yet read, worth nothing, not answered, or what it offers. */
export type Link<T> =
  | { readonly state: "reading" | "missing" | "gone" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "valid"; readonly token: string; readonly offers: T };

const LOST = "The server did not answer. Load the page again by opening the link once more.";

/** Asks what the link in the address offers. @returns also how to say that it turned out to be used up */
export function useLink<T>(read: Action<T | null>): { link: Link<T>; markGone: () => void } {
  const token = useLinkToken();
  const [link, setLink] = useState<Link<T>>({ state: "reading" });
  useEffect(() => {
    if (token === undefined) return;
    if (token === "") return setLink({ state: "missing" });
    let isCurrent = true;
    setLink({ state: "reading" });
    attempt(() => read({ token }), LOST).then((answer) => {
      if (!isCurrent) return;
      if (!answer.ok)
        setLink(answer.code === "invalid" ? { state: "gone" } : { state: "failed", message: answer.message });
      else setLink(answer.data === null ? { state: "gone" } : { state: "valid", token, offers: answer.data });
    });
    return () => {
      isCurrent = false;
    };
  }, [token, read]);
  return { link, markGone: () => setLink({ state: "gone" }) };
}
