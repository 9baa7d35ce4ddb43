"use client";

import { Search } from "lucide-react";
import { useOpenFind } from "@/components/find/find-context";
import { buttonClass } from "@/components/ui/button";

export function FindButton() {
  const open = useOpenFind();
  return (
    <button
      type="button"
      aria-keyshortcuts="/"
      onClick={() => open("")}
      className="-my-2 flex h-9 w-full items-center gap-2.5 rounded-control border border-edge bg-raised px-2.5 text-muted hover:text-ink"
    >
      <Search aria-hidden size={15} className="shrink-0" />
      <span className="flex-1 text-left">Find</span>
      <kbd aria-hidden className="rounded-chip border border-line px-1.5 font-mono text-xs">
        /
      </kbd>
    </button>
  );
}

/** The same where there is little room. */
export function FindIconButton() {
  const open = useOpenFind();
  return (
    <button
      type="button"
      aria-label="Find"
      onClick={() => open("")}
      className={buttonClass({ look: "quiet", size: "icon" }, "size-9")}
    >
      <Search aria-hidden size={18} />
    </button>
  );
}
