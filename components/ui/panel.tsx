import type { HTMLAttributes } from "react";
import { classes } from "@/components/ui/classes";

/** The look of a panel, for what brings its own element. */
export const panelClass = (extra?: string) => classes("rounded-panel border border-line bg-surface", extra);

type PanelProps = HTMLAttributes<HTMLElement> & { as?: "div" | "section" | "p" | "dl" };

/** A box on the page's paper. */
export function Panel({ as: Tag = "div", className, ...props }: PanelProps) {
  return <Tag {...props} className={panelClass(className)} />;
}
