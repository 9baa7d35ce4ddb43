"use client";

import { useId } from "react";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";

type IssuedValueProps = { label: string; value: string; isSecret?: boolean; onCopied?: () => void };

/** One value of the confirmation: readable as a whole, selected by a click into it, copied by its button. */
export function IssuedValue({ label, value, isSecret, onCopied }: IssuedValueProps) {
  const id = useId();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-2 gap-y-1 sm:grid-cols-[6.5rem_minmax(0,1fr)_auto]">
      <label
        htmlFor={id}
        className="col-span-2 text-small leading-7 font-semibold max-sm:leading-5 sm:col-span-1"
      >
        {label}
      </label>
      <textarea
        id={id}
        readOnly
        rows={value.length > 48 ? 2 : 1}
        spellCheck={false}
        value={value}
        onFocus={(event) => event.target.select()}
        className={classes(
          "field-sizing-content min-w-0 resize-none rounded-control border px-2 py-[3px] font-mono text-xs leading-5 break-all",
          isSecret ? "border-brass-line bg-brass-soft" : "border-line bg-sunken",
        )}
      />
      <CopyButton value={value} name={`Copy ${label}`} text="Copy" {...(onCopied && { onCopied })} />
    </div>
  );
}
