"use client";

import { Field as Base } from "@base-ui/react/field";
import { X } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";

type ChipInputProps = {
  chips: readonly string[];
  /** What is being typed; the form owns it so that it is not lost when somebody saves without pressing Enter. */
  typed: string;
  onChange: (chips: readonly string[], typed: string) => void;
};

const SEPARATORS = /[,\n]/;

/** @returns the chips with what is typed added, without empty ones and doubles */
export function withTyped(chips: readonly string[], typed: string): string[] {
  const added = typed.split(SEPARATORS).map((chip) => chip.trim());
  return [...new Set([...chips, ...added])].filter((chip) => chip !== "");
}

export function ChipInput({ chips, typed, onChange }: ChipInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const type = (value: string) =>
    SEPARATORS.test(value) ? onChange(withTyped(chips, value), "") : onChange(chips, value);
  const remove = (gone: string) => {
    onChange(
      chips.filter((chip) => chip !== gone),
      typed,
    );
    input.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" && typed.trim() !== "") {
      event.preventDefault();
      onChange(withTyped(chips, typed), "");
    }
    if (event.key === "Backspace" && typed === "") onChange(chips.slice(0, -1), "");
  };
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-1.5 rounded-control border border-edge bg-raised p-1 focus-within:outline-2 focus-within:outline-accent has-aria-invalid:border-danger">
      {chips.length > 0 ? (
        <ul className="contents">
          {chips.map((chip) => (
            <li
              key={chip}
              className="flex h-6 max-w-full items-center gap-0.5 rounded-chip border border-line bg-sunken pl-1.5"
            >
              <span title={chip} className="truncate text-small">
                {chip}
              </span>
              <button
                type="button"
                aria-label={`Remove ${chip}`}
                onClick={() => remove(chip)}
                className="flex size-6 shrink-0 items-center justify-center rounded-chip text-muted hover:text-ink focus-visible:outline-offset-[-2px]"
              >
                <X aria-hidden size={13} />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <Base.Control
        ref={input}
        value={typed}
        onValueChange={type}
        onKeyDown={press}
        autoComplete="off"
        className="h-6 min-w-20 flex-1 bg-transparent px-1.5 outline-none pointer-coarse:text-base"
      />
    </div>
  );
}
