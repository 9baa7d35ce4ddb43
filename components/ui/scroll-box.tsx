import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";

type ScrollBoxProps = { label: string; className?: string; children: ReactNode };

/** Something that may scroll by itself: it has a name and takes focus, so that a keyboard can scroll it too. */
export function ScrollBox({ label, className, children }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className={classes("overflow-auto", className)}>
      {children}
    </section>
  );
}
