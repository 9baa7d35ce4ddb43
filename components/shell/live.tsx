"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { pathsOf } from "@/lib/paths";

const PAUSE_MILLISECONDS = 1000;
const RETRY_MILLISECONDS = 5000;

type LiveProps = {
  tenantSlug: string;
  /** What the page is as fresh as: it loads again at once when something has changed since. */
  version: string;
};

/** Keeps the page as fresh as the server: whatever changes in the tenant loads it again, at most once a second. */
export function Live({ tenantSlug, version }: LiveProps) {
  const router = useRouter();
  const shown = useRef(version);
  useEffect(() => {
    shown.current = version;
  }, [version]);
  useEffect(() => {
    let stream: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let pause: ReturnType<typeof setTimeout> | undefined;
    let isOwed = false;

    const refresh = () => {
      isOwed = pause !== undefined;
      if (isOwed) return;
      router.refresh();
      pause = setTimeout(() => {
        pause = undefined;
        if (isOwed) refresh();
      }, PAUSE_MILLISECONDS);
    };
    const close = () => {
      clearTimeout(retry);
      stream?.close();
      stream = undefined;
    };
    const open = () => {
      close();
      const query = new URLSearchParams({ version: shown.current });
      const opened = new EventSource(`${pathsOf(tenantSlug).changes}?${query}`);
      stream = opened;
      opened.addEventListener("changed", refresh);
      opened.addEventListener("error", () => {
        // The browser connects again by itself, unless the server answered with a refusal.
        if (opened.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MILLISECONDS);
      });
    };
    const follow = () => (document.visibilityState === "hidden" ? close() : open());

    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      clearTimeout(pause);
      close();
    };
  }, [router, tenantSlug]);
  return null;
}
