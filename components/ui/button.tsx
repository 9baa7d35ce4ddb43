import type { ComponentProps } from "react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";

const LOOKS = {
  primary: "border-transparent bg-accent-solid text-accent-on hover:bg-accent-strong",
  secondary: "border-edge bg-surface text-ink hover:bg-sunken",
  quiet: "border-transparent text-muted hover:bg-sunken hover:text-ink",
  danger: "border-transparent bg-danger-solid text-paper hover:bg-danger-strong",
  dangerQuiet: "border-danger-line bg-surface text-danger hover:bg-danger-soft",
} as const;

const SIZES = {
  md: "h-9 gap-2 px-3.5 text-sm",
  sm: "h-7 gap-1.5 px-2 text-small",
  icon: "size-8 justify-center",
} as const;

type Look = { look?: keyof typeof LOOKS | undefined; size?: keyof typeof SIZES | undefined };

/** For elements that Base UI or the router renders but that must look like a button. */
export function buttonClass({ look = "secondary", size = "md" }: Look = {}, extra?: string): string {
  return classes(
    "inline-flex shrink-0 items-center justify-center rounded-control border font-medium whitespace-nowrap",
    "transition-colors duration-100 select-none disabled:cursor-default disabled:opacity-55 aria-busy:cursor-progress",
    LOOKS[look],
    SIZES[size],
    extra,
  );
}

export function Button({ look, size, className, ...props }: ComponentProps<"button"> & Look) {
  return <button type="button" {...props} className={buttonClass({ look, size }, className)} />;
}

export function ButtonLink({ look, size, className, ...props }: ComponentProps<typeof Link> & Look) {
  return <Link {...props} className={buttonClass({ look, size }, className)} />;
}
