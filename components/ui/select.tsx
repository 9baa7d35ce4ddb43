"use client";

import { Field as Base } from "@base-ui/react/field";
import { ChevronDown } from "lucide-react";
import { classes } from "@/components/ui/classes";
import { controlClass } from "@/components/ui/field";

export type Option = { readonly value: string; readonly label: string };

type SelectProps = {
  options: readonly Option[];
  value: string;
  onValueChange: (value: string) => void;
  name?: string;
  "aria-label"?: string;
  className?: string;
};

/** The browser's own select: the one list that works with every keyboard, phone and screen reader. */
export function Select({ options, className, ...props }: SelectProps) {
  return (
    <span className={classes("relative block", className)}>
      <Base.Control
        {...props}
        className={controlClass("appearance-none truncate pr-8")}
        render={
          <select>
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        }
      />
      <ChevronDown
        aria-hidden
        size={15}
        className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-muted"
      />
    </span>
  );
}
