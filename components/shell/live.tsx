"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

const PAUSE_MILLISECONDS = 1000;
const RETRY_MILLISECONDS = 5000;

/** Keeps the page as fresh as the server: whatever changes in the tenant loads it again, at most once a second. */
export function Live({ tenantSlug }: { tenantSlug: string }) {
  const router = useRouter();
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
      const opened = new EventSource(`/tenants/${encodeURIComponent(tenantSlug)}/changes`);
      stream = opened;
      opened.addEventListener("changed", refresh);
      // What happened while nobody listened is not sent again, so each stream starts with a fresh page.
      opened.addEventListener("open", refresh);
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
