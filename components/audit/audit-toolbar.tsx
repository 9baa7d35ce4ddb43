"use client";

import { useState } from "react";
import { readFilters } from "@/components/audit/audit-address";
import { kindOptions } from "@/components/audit/labels";
import { useAddressText } from "@/components/find/use-address-text";
import { Button, ButtonLink } from "@/components/ui/button";
import { DateTimeInput } from "@/components/ui/date-time-input";
import { Field, TextInput } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { localText, useZone } from "@/components/ui/time";
import { endOfMinute } from "@/lib/audit/rules";
import type { AuditFilters, Person } from "@/lib/audit/schema";

type AuditToolbarProps = {
  filters: AuditFilters;
  persons: readonly Person[];
  kinds: readonly string[];
  /** Where nothing is filtered; null when nothing is. */
  clearHref: string | null;
  onFilter: (filters: AuditFilters) => void;
};

type Draft = Partial<Record<keyof AuditFilters, string>>;

/** What was typed while the page was on its way is kept; what was asked for is in the page now. */
const unasked = (draft: Draft, asked: Draft): Draft =>
  Object.fromEntries(
    Object.entries(draft).filter(([name, value]) => asked[name as keyof AuditFilters] !== value),
  );

function useDraft(filters: AuditFilters, onFilter: AuditToolbarProps["onFilter"]) {
  const [draft, setDraft] = useState<Draft>({});
  const [asked, setAsked] = useState<Draft>({});
  const here = JSON.stringify(filters);
  const [seen, setSeen] = useState(here);
  if (seen !== here) {
    setSeen(here);
    setDraft(unasked(draft, asked));
  }
  return {
    text: (name: keyof AuditFilters) => draft[name] ?? filters[name] ?? "",
    type: (name: keyof AuditFilters, value: string) => setDraft((before) => ({ ...before, [name]: value })),
    clear: () => setDraft({}),
    ask: (change: Draft = {}) => {
      const next = { ...draft, ...change };
      const read = readFilters({ ...filters, ...next });
      const changesNothing = JSON.stringify(read) === here;
      setDraft(changesNothing ? {} : next);
      setAsked(next);
      if (!changesNothing) onFilter(read);
    },
  };
}

/** Choices apply at once, typed text with Enter or the button. Times are the reader's own, and say so. */
export function AuditToolbar({ filters, persons, kinds, clearHref, onFilter }: AuditToolbarProps) {
  const zone = useZone();
  const forAddress = useAddressText();
  const { text, type, clear, ask } = useDraft(filters, onFilter);
  // `datetime-local` knows no zone: the browser reads it in its own. The end is the last moment of the minute that is shown.
  const pick = (name: "from" | "to") => (local: string) => {
    if (local === "") return type(name, "");
    const at = new Date(local);
    type(name, (name === "to" ? endOfMinute(at) : at).toISOString());
  };
  return (
    <form
      aria-label="Filters"
      className="mb-4 grid grid-cols-2 gap-x-2 gap-y-3 sm:grid-cols-3 xl:grid-cols-[repeat(4,minmax(0,1fr))_repeat(2,13.5rem)]"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <Field label="Person or API client">
        <Select
          options={[
            { value: "", label: "Everybody" },
            ...persons.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={text("person")}
          onValueChange={(person) => ask({ person })}
        />
      </Field>
      <Field label="Kind">
        <Select
          options={[{ value: "", label: "All kinds" }, ...kindOptions(kinds)]}
          value={text("kind")}
          onValueChange={(kind) => ask({ kind })}
        />
      </Field>
      <Field label="Machine">
        <TextInput
          value={text("machine")}
          onValueChange={(value) => type("machine", forAddress(value))}
          placeholder="Name or client ID"
          maxLength={450}
          autoComplete="off"
        />
      </Field>
      <Field label="Secret or key">
        <TextInput
          value={text("credential")}
          onValueChange={(value) => type("credential", value)}
          placeholder="Its ID"
          maxLength={100}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Field label={`From (${zone})`}>
        <DateTimeInput value={localText(text("from"), zone)} onValueChange={pick("from")} />
      </Field>
      <Field label={`To (${zone})`}>
        <DateTimeInput value={localText(text("to"), zone)} onValueChange={pick("to")} />
      </Field>
      <div className="col-span-full flex gap-2">
        <Button type="submit">Apply filters</Button>
        {clearHref ? (
          <ButtonLink href={clearHref} look="quiet" onClick={clear}>
            Clear filters
          </ButtonLink>
        ) : null}
      </div>
    </form>
  );
}
