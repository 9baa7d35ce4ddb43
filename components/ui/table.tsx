import type { ComponentProps } from "react";
import { classes } from "@/components/ui/classes";

/** The room at the sides of a table's cells where there are few columns. */
export const WIDE = "px-3 first:pl-4";

/** The row of heads. */
export function TableHeadRow({ children }: Pick<ComponentProps<"tr">, "children">) {
  return <tr className="border-b border-line text-left text-small text-muted">{children}</tr>;
}

type HeadProps = ComponentProps<"th"> & {
  /** Said to screen readers only. */
  isHidden?: boolean | undefined;
};

export function TableHead({ isHidden, className, children, ...props }: HeadProps) {
  return (
    <th scope="col" {...props} className={classes("h-9 font-medium", className)}>
      {isHidden ? <span className="sr-only">{children}</span> : children}
    </th>
  );
}

export function TableRow({ className, ...props }: ComponentProps<"tr">) {
  return <tr {...props} className={classes("border-b border-line last:border-b-0", className)} />;
}
