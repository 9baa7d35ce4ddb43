import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";

const LOOKS = {
  accent: "border-accent/40 text-accent",
  neutral: "border-line text-muted",
  brass: "border-brass-line text-brass",
  danger: "border-danger-line text-danger",
} as const;

export function Badge({ look = "neutral", children }: { look?: keyof typeof LOOKS; children: ReactNode }) {
  return (
    <span
      className={classes(
        "inline-flex h-5 shrink-0 items-center rounded-chip border px-1.5 text-xs font-medium whitespace-nowrap",
        LOOKS[look],
      )}
    >
      {children}
    </span>
  );
}
