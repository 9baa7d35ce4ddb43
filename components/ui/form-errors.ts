"use client";

import { type RefObject, useEffect, useRef } from "react";

export type FieldErrors = Readonly<Record<string, string>>;

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

/** @returns the first message of each field; what is wrong inside a list counts for the list */
export function fieldErrorsOf(issues: readonly Issue[]): FieldErrors {
  const errors: Record<string, string> = {};
  for (const issue of issues) errors[String(issue.path[0] ?? "")] ??= issue.message;
  return errors;
}

/** @returns the server's messages (`tags.2`) under the names the form knows (`tags`) */
export function fieldErrorsFrom(answer: FieldErrors | undefined): FieldErrors {
  const issues = Object.entries(answer ?? {}).map(([path, message]) => ({ path: path.split("."), message }));
  return fieldErrorsOf(issues);
}

/** Moves focus to the first wrong field whenever new errors arrive. */
export function useFocusOnError(errors: FieldErrors): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);
  return form;
}
