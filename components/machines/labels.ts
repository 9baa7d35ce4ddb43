import type { Option } from "@/components/ui/select";
import { UNUSED_AFTER_DAYS } from "@/lib/credentials/rules";
import type { FoundCredential, MachineKind, ProcessCompatibility, ProcessType } from "@/lib/machines/schema";

export const KIND_LABELS = {
  Template: "Machine template",
  Standard: "Standard machine",
} as const satisfies Record<MachineKind, string>;

export const PROCESS_TYPE_LABELS = {
  Any: "Any",
  Foreground: "Foreground",
  Background: "Background",
} as const satisfies Record<ProcessType, string>;

export const COMPATIBILITY_LABELS = {
  Any: "Any",
  Windows: "Windows",
  CrossPlatform: "Cross-platform",
} as const satisfies Record<ProcessCompatibility, string>;

const options = (labels: Readonly<Record<string, string>>): readonly Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

export const KIND_OPTIONS = options(KIND_LABELS);
export const PROCESS_TYPE_OPTIONS = options(PROCESS_TYPE_LABELS);
export const COMPATIBILITY_OPTIONS = options(COMPATIBILITY_LABELS);
export const TYPE_FILTER_OPTIONS = options({
  "": "All types",
  Template: "Template",
  Standard: "Standard",
});
export const SECRET_FILTER_OPTIONS = options({
  "": "Any secrets",
  neverUsed: "A secret never used",
  unused: `A secret unused for ${UNUSED_AFTER_DAYS} days`,
  single: "One live secret only",
});
export const STATE_FILTER_OPTIONS = options({ "": "All states", enabled: "Enabled", disabled: "Disabled" });

/** How much of a note is shown before and after what was searched. */
const AROUND = 30;

/** @returns why a machine was found: `secret “billing host”`, or `note of key 0123…: “…ask the billing team…”` */
export function foundByText({ id, kind, name, note }: FoundCredential, search: string): string {
  const what = kind === "Key" ? "key" : "secret";
  const wanted = search.toLowerCase();
  if (name.toLowerCase().includes(wanted)) return `${what} “${name}”`;
  const at = Math.max(0, note.toLowerCase().indexOf(wanted));
  const [from, to] = [Math.max(0, at - AROUND), at + wanted.length + AROUND];
  const around = note.slice(from, to).replace(/\s+/g, " ");
  return `note of ${what} ${name === "" ? id : `“${name}”`}: “${from > 0 ? "…" : ""}${around}${to < note.length ? "…" : ""}”`;
}
