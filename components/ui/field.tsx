"use client";

import { Field as Base } from "@base-ui/react/field";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/components/ui/classes";

const CONTROL =
  "w-full rounded-control border border-edge bg-raised px-2.5 text-ink placeholder:text-muted " +
  "focus-visible:outline-offset-0 aria-invalid:border-danger disabled:opacity-60 pointer-coarse:text-base";

/** The look of a text control, for the few that are not inside a Field. */
export const controlClass = (extra?: string) => classes(CONTROL, "h-9", extra);

type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  className?: string | undefined;
  children: ReactNode;
};

/** A label, its control, a hint and the error: Base UI ties them together for assistive technology. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  return (
    <Base.Root invalid={error !== undefined} className={classes("flex min-w-0 flex-col", className)}>
      <Base.Label className="mb-1 w-fit text-small font-semibold text-ink">{label}</Base.Label>
      {children}
      <Base.Error match={error !== undefined} className="mt-1 text-small font-medium text-danger">
        {error}
      </Base.Error>
      {hint ? <Base.Description className="mt-1 text-small text-muted">{hint}</Base.Description> : null}
    </Base.Root>
  );
}

type TextProps = { onValueChange?: (value: string) => void };

export function TextInput({ className, ...props }: Omit<ComponentProps<"input">, "onChange"> & TextProps) {
  return <Base.Control {...props} className={controlClass(className)} />;
}

type TextAreaProps = TextProps & {
  value: string;
  rows?: number;
  name?: string;
  /** For JSON and the like: every character counts and nothing is spelled. */
  isCode?: boolean;
};

const CODE = "font-mono text-small leading-5";

export function TextArea({ rows, isCode = false, ...props }: TextAreaProps) {
  return (
    <Base.Control
      {...props}
      render={<textarea rows={rows} spellCheck={!isCode} />}
      className={classes(CONTROL, "block py-1.5", isCode && CODE)}
    />
  );
}
