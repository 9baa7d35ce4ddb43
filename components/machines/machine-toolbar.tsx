"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useAddressText } from "@/components/find/use-address-text";
import {
  SECRET_FILTER_OPTIONS,
  STATE_FILTER_OPTIONS,
  TYPE_FILTER_OPTIONS,
} from "@/components/machines/labels";
import { controlClass } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { type MachineListQuery, machineListSchema } from "@/lib/machines/schema";

type MachineToolbarProps = {
  query: MachineListQuery;
  onChange: (change: Partial<MachineListQuery>) => void;
};

const PAUSE_MILLISECONDS = 300;

/** The list follows the typing; Enter asks at once. */
export function MachineToolbar({ query, onChange }: MachineToolbarProps) {
  const forAddress = useAddressText();
  const [search, setSearch] = useState(query.search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(query.search);

  // The address may change without the box (Back, Clear filters): then the box follows.
  useEffect(() => {
    if (query.search !== asked.current) setSearch(query.search);
    asked.current = query.search;
  }, [query.search]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const ask = (text: string) => {
    clearTimeout(timer.current);
    asked.current = text.trim();
    onChange({ search: text.trim() });
  };
  const type = (typed: string) => {
    const text = forAddress(typed);
    setSearch(text);
    clearTimeout(timer.current);
    if (text === typed) timer.current = setTimeout(() => ask(text), PAUSE_MILLISECONDS);
  };
  const choose = (change: Record<string, string>) => {
    const {
      type: kind,
      state,
      secrets,
    } = machineListSchema.parse({
      type: query.type,
      state: query.state,
      secrets: query.secrets,
      ...change,
    });
    onChange({ type: kind, state, secrets });
  };

  return (
    <form
      className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap"
      onSubmit={(event) => {
        event.preventDefault();
        ask(search);
      }}
    >
      <span className="relative col-span-2 block sm:w-80">
        <Search
          aria-hidden
          size={15}
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-muted"
        />
        <input
          type="search"
          name="search"
          aria-label="Search machines"
          placeholder="Name, description, client ID or tag"
          maxLength={200}
          autoComplete="off"
          value={search}
          onChange={(event) => type(event.target.value)}
          className={controlClass("pl-8")}
        />
      </span>
      <Select
        name="type"
        aria-label="Type"
        options={TYPE_FILTER_OPTIONS}
        value={query.type ?? ""}
        onValueChange={(value) => choose({ type: value })}
        className="sm:w-44"
      />
      <Select
        name="state"
        aria-label="State"
        options={STATE_FILTER_OPTIONS}
        value={query.state ?? ""}
        onValueChange={(value) => choose({ state: value })}
        className="sm:w-36"
      />
      <Select
        aria-label="Secrets"
        options={SECRET_FILTER_OPTIONS}
        value={query.secrets ?? ""}
        onValueChange={(value) => choose({ secrets: value })}
        className="col-span-2 sm:w-56"
      />
    </form>
  );
}
