"use client";

import { type ComponentProps, useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";

const never = () => () => undefined;

/**
 * Sends its form. Nothing does before the page's script runs: the browser itself would send the form to the page's address, which takes
 * none, and what was typed would be lost.
 */
export function SubmitButton({ disabled, className, ...props }: ComponentProps<typeof Button>) {
  const isReady = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return (
    <Button
      {...props}
      type="submit"
      disabled={disabled || !isReady}
      className={classes(!isReady && "disabled:opacity-100", className)}
    />
  );
}
