"use client";

import { DateTimeInput } from "@/components/ui/date-time-input";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { useZone } from "@/components/ui/time";
import { EXPIRY_DAYS, expiryAfter } from "@/lib/credentials/rules";
import { formatInstant, formatQuantity } from "@/lib/format";

/** What stands in the form: one of the choices, and a date and time as the browser writes it, for the last of them. */
export type ExpiryDraft = { readonly choice: string; readonly at: string };

export const NEVER: ExpiryDraft = { choice: "never", at: "" };
/** What it has already. */
export const KEPT: ExpiryDraft = { choice: "kept", at: "" };

/** Where the tenant sets a limit, saying no end means that one. */
const optionsWithin = (lifetimeDaysMax: number | null) => [
  {
    value: "never",
    label: lifetimeDaysMax === null ? "Never" : `In ${formatQuantity(lifetimeDaysMax, "day")}, the most`,
  },
  ...EXPIRY_DAYS.filter((days) => days < (lifetimeDaysMax ?? Number.POSITIVE_INFINITY)).map((days) => ({
    value: String(days),
    label: `In ${days} days`,
  })),
  { value: "at", label: "At a date and time…" },
];

/** @returns the instant that is meant, counted from this moment; an invalid date where nothing readable was typed */
export function expiresAtOf({ choice, at }: ExpiryDraft): Date | null {
  if (choice === "never") return null;
  return choice === "at" ? new Date(at) : expiryAfter(Number(choice), new Date());
}

/** Of a credential that lives: its end as it is, and none only where the tenant sets no limit. */
function optionsBeside(kept: Date | null, lifetimeDaysMax: number | null, zone: string) {
  const asItIs = kept === null ? "Never, as it is" : `${formatInstant(kept, zone)}, as it is`;
  const others = optionsWithin(lifetimeDaysMax).filter(
    ({ value }) => value !== "never" || (lifetimeDaysMax === null && kept !== null),
  );
  return [{ value: KEPT.choice, label: asItIs }, ...others];
}

type ExpiryFieldsProps = {
  label?: string;
  lifetimeDaysMax: number | null;
  /** The end that it has, where there is a credential already. */
  kept?: Date | null;
  draft: ExpiryDraft;
  error: string | undefined;
  onChange: (draft: ExpiryDraft) => void;
};

export function ExpiryFields({
  label = "Expires",
  lifetimeDaysMax,
  kept,
  draft,
  error,
  onChange,
}: ExpiryFieldsProps) {
  const zone = useZone();
  const isTyped = draft.choice === "at";
  return (
    <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
      <Field label={label} error={isTyped ? undefined : error}>
        <Select
          name="expires"
          options={
            kept === undefined ? optionsWithin(lifetimeDaysMax) : optionsBeside(kept, lifetimeDaysMax, zone)
          }
          value={draft.choice}
          onValueChange={(choice) => onChange({ ...draft, choice })}
        />
      </Field>
      {isTyped ? (
        <Field label="Date and time" error={error} hint={<ZoneHint at={draft.at} />}>
          <DateTimeInput
            name="expiresAt"
            value={draft.at}
            onValueChange={(at) => onChange({ ...draft, at })}
          />
        </Field>
      ) : null}
    </div>
  );
}

/** Whose clock is meant: the reader's, and it says so. */
export function ZoneHint({ at }: { at: string }) {
  const zone = useZone();
  const instant = new Date(at);
  return Number.isNaN(instant.getTime())
    ? `In your time zone, ${zone}.`
    : `${formatInstant(instant, zone)}, your time zone.`;
}
