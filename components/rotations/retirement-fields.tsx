"use client";

import { ZoneHint } from "@/components/credentials/expiry-field";
import { useIsApiClient } from "@/components/credentials/owner-kind";
import { DateTimeInput } from "@/components/ui/date-time-input";
import { Field, TextInput } from "@/components/ui/field";
import type { FieldErrors } from "@/components/ui/form-errors";
import { Select } from "@/components/ui/select";
import { LAST_DATE_DAYS } from "@/lib/rotations/rules";
import { type Retirement, SEEN_DAYS } from "@/lib/rotations/schema";

/** When the old one ends, as it stands in the form. */
export type RetirementDraft = {
  readonly retirement: Retirement;
  /** A date and time as the browser writes it; empty is none. */
  readonly at: string;
  readonly seenDays: string;
};

export const WHEN_MOVED: RetirementDraft = { retirement: "moved", at: "", seenDays: String(SEEN_DAYS.usual) };

const LABELS: Readonly<Record<Retirement, string>> = {
  moved: "When every host has moved",
  hour: "In an hour",
  day: "In 24 hours",
  week: "In 7 days",
  at: "At a date and time…",
  now: "Now",
};
const OPTIONS = Object.entries(LABELS).map(([value, label]) => ({ value, label }));
const WITHOUT_HOSTS = OPTIONS.filter(({ value }) => value !== "moved");
/** Of a credential that no hosts use. */
export const IN_A_DAY: RetirementDraft = { ...WHEN_MOVED, retirement: "day" };

/** @returns what is sent of it */
export const retirementOf = ({ retirement, at, seenDays }: RetirementDraft) => ({
  retirement,
  endsAt: at !== "" && (retirement === "at" || retirement === "moved") ? new Date(at) : null,
  seenDays: seenDays === "" ? Number.NaN : Number(seenDays),
});

type RetirementFieldsProps = {
  draft: RetirementDraft;
  errors: FieldErrors;
  onChange: (draft: RetirementDraft) => void;
};

export function RetirementFields({ draft, errors, onChange }: RetirementFieldsProps) {
  const { retirement, at, seenDays } = draft;
  const waits = retirement === "moved";
  const isApiClient = useIsApiClient();
  return (
    <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
      <Field
        label="The old one ends"
        className="sm:col-span-2"
        hint={waits ? "A host has moved when it opened its session with the new one." : undefined}
      >
        <Select
          name="retirement"
          options={isApiClient ? WITHOUT_HOSTS : OPTIONS}
          value={retirement}
          onValueChange={(value) => onChange({ ...draft, retirement: value as Retirement })}
        />
      </Field>
      {waits || retirement === "at" ? (
        <Field
          label={waits ? "At the latest" : "Date and time"}
          error={errors.endsAt}
          hint={at === "" && waits ? `Empty: in ${LAST_DATE_DAYS} days.` : <ZoneHint at={at} />}
        >
          <DateTimeInput
            name="endsAt"
            value={at}
            onValueChange={(value) => onChange({ ...draft, at: value })}
          />
        </Field>
      ) : null}
      {waits ? (
        <Field
          label="Days a host may be away"
          error={errors.seenDays}
          hint="One that was away for longer is not waited for."
        >
          <TextInput
            name="seenDays"
            inputMode="numeric"
            autoComplete="off"
            value={seenDays}
            onValueChange={(value) => onChange({ ...draft, seenDays: value })}
          />
        </Field>
      ) : null}
    </div>
  );
}
