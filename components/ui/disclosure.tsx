"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";

type DisclosureProps = {
  label: string;
  /** How it is when the page is loaded. Where one goes on reading in the same page it stays as the reader left it. */
  isOpenAtFirst?: boolean;
  children: ReactNode;
};

/** Something that is there for who asks for it; the browser's own element, so that it needs no script and is found by a search in the page. */
export function Disclosure({ label, isOpenAtFirst = false, children }: DisclosureProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <details className="group" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="-ml-0.5 inline-flex w-fit cursor-pointer list-none items-center gap-1 rounded-chip text-small text-muted hover:text-ink pointer-coarse:py-2 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden size={13} className="transition-transform group-open:rotate-90" />
        {label}
      </summary>
      <div className="mt-2">{children}</div>
    </details>
  );
}
