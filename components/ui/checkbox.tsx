"use client";

import { Check, Minus } from "lucide-react";
import { type ComponentProps, type RefObject, useEffect, useRef } from "react";

type CheckboxProps = Pick<ComponentProps<"input">, "aria-label" | "aria-describedby"> & {
  checked: boolean;
  /** Some of what it stands for is ticked. */
  indeterminate?: boolean;
  onCheckedChange: (checked: boolean) => void;
  ref?: RefObject<HTMLInputElement | null>;
};

const MARK = "pointer-events-none absolute inset-0 m-auto text-accent-on opacity-0 forced-colors:hidden";

/** The browser's own box with our look: a label around it needs no wiring, and a hundred of them cost nothing. */
export function Checkbox({ indeterminate = false, onCheckedChange, ref, ...props }: CheckboxProps) {
  const own = useRef<HTMLInputElement>(null);
  const input = ref ?? own;
  useEffect(() => {
    if (input.current) input.current.indeterminate = indeterminate;
  }, [input, indeterminate]);
  return (
    <span className="relative inline-flex size-[18px] shrink-0">
      <input
        {...props}
        ref={input}
        type="checkbox"
        onChange={(event) => onCheckedChange(event.target.checked)}
        className="peer size-full cursor-pointer appearance-none rounded-chip border border-edge bg-raised after:absolute after:-inset-2 checked:border-accent-solid checked:bg-accent-solid indeterminate:border-accent-solid indeterminate:bg-accent-solid forced-colors:appearance-auto"
      />
      <Check aria-hidden size={13} strokeWidth={3} className={`${MARK} peer-checked:opacity-100`} />
      <Minus aria-hidden size={13} strokeWidth={3} className={`${MARK} peer-indeterminate:opacity-100`} />
    </span>
  );
}

type LabelledCheckboxProps = CheckboxProps & { label: string };

export function LabelledCheckbox({ label, ...props }: LabelledCheckboxProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is in Checkbox, where the rule does not look
    <label className="flex cursor-pointer items-start gap-2.5">
      <span className="flex h-[1.375rem] items-center">
        <Checkbox {...props} />
      </span>
      <span>{label}</span>
    </label>
  );
}
