"use client";

import { Check, Copy, X } from "lucide-react";
import { useEffect, useState } from "react";
import { buttonClass } from "@/components/ui/button";
import { copyText } from "@/components/ui/clipboard";

type CopyButtonProps = {
  value: string;
  /** The accessible name, such as "Copy Client ID". */
  name: string;
  /** Shown beside the icon; without it the button is an icon. */
  text?: string;
  describedBy?: string;
  onCopied?: () => void;
};

const SHOWN_MILLISECONDS = 2000;

export function CopyButton({ value, name, text, describedBy, onCopied }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<"copied" | "refused" | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const Icon = outcome === "copied" ? Check : outcome === "refused" ? X : Copy;
  return (
    <>
      <button
        type="button"
        aria-label={name}
        aria-describedby={describedBy}
        title={text ? undefined : name}
        className={
          text ? buttonClass({ size: "sm" }) : buttonClass({ look: "quiet", size: "icon" }, "size-7")
        }
        onClick={async (event) => {
          const copied = await copyText(value, event.currentTarget);
          setOutcome(copied ? "copied" : "refused");
          if (copied) onCopied?.();
        }}
      >
        <Icon aria-hidden size={14} className={outcome === "copied" ? "text-accent" : undefined} />
        {text}
      </button>
      <span role="status" className="sr-only">
        {outcome === "copied"
          ? "Copied"
          : outcome === "refused"
            ? "Not copied: select the text and copy it."
            : ""}
      </span>
    </>
  );
}
