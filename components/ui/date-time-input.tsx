"use client";

import type { ComponentProps } from "react";
import { TextInput } from "@/components/ui/field";

/** A date and time, `2026-11-23T14:05`. Without a last one, browsers take years of six digits, which no `Date` reads. */
export function DateTimeInput(props: Omit<ComponentProps<typeof TextInput>, "type" | "max">) {
  return <TextInput type="datetime-local" max="9999-12-31T23:59" {...props} />;
}
