"use client";

import { HostNameHint } from "@/components/machines/host-name-hint";
import { COMPATIBILITY_OPTIONS, PROCESS_TYPE_OPTIONS } from "@/components/machines/labels";
import type { MachineDraft } from "@/components/machines/machine-draft";
import { ChipInput } from "@/components/ui/chip-input";
import { Field, TextArea, TextInput } from "@/components/ui/field";
import type { FieldErrors } from "@/components/ui/form-errors";
import { Select } from "@/components/ui/select";
import { type MachineKind, RUNTIMES_MAX } from "@/lib/machines/schema";

const RUNTIMES = [
  ["unattendedRuntimes", "Unattended"],
  ["nonProductionRuntimes", "NonProduction"],
  ["testingRuntimes", "Testing"],
] as const;

type MachineFieldsProps = {
  /** For many machines, whose names stand elsewhere. */
  isMany?: boolean;
  kind: MachineKind;
  draft: MachineDraft;
  errors: FieldErrors;
  onChange: (change: Partial<MachineDraft>) => void;
};

export function MachineFields({ isMany = false, kind, draft, errors, onChange }: MachineFieldsProps) {
  return (
    <div className="@container">
      <div className="grid gap-x-5 gap-y-5 @3xl:grid-cols-2">
        {isMany ? null : (
          <Field
            label="Name"
            error={errors.name}
            hint={
              kind === "Standard" ? <HostNameHint /> : "What your team calls it, for example “Invoices pool”."
            }
          >
            <TextInput
              name="name"
              autoComplete="off"
              spellCheck={false}
              value={draft.name}
              onValueChange={(name) => onChange({ name })}
            />
          </Field>
        )}
        <Field label="Description" error={errors.description}>
          <TextArea
            name="description"
            rows={2}
            value={draft.description}
            onValueChange={(description) => onChange({ description })}
          />
        </Field>
        <fieldset>
          <legend className="mb-1.5 text-muted">
            <span className="text-small font-semibold text-ink">Runtimes per host</span>
            <span className="text-small">: how many robots may run there at a time</span>
          </legend>
          <div className="grid grid-cols-3 gap-3">
            {RUNTIMES.map(([name, label]) => (
              <Field key={name} label={label} error={errors[name]}>
                <TextInput
                  type="number"
                  name={name}
                  min={0}
                  max={RUNTIMES_MAX}
                  step={1}
                  inputMode="numeric"
                  value={draft[name]}
                  onValueChange={(count) => onChange({ [name]: count })}
                  className="tabular-nums"
                />
              </Field>
            ))}
          </div>
        </fieldset>
        <div className="grid content-end gap-x-3 gap-y-5 @md:grid-cols-2">
          <Field label="Process type" error={errors.processType}>
            <Select
              name="processType"
              options={PROCESS_TYPE_OPTIONS}
              value={draft.processType}
              onValueChange={(processType) => onChange({ processType })}
            />
          </Field>
          <Field label="Process compatibility" error={errors.processCompatibility}>
            <Select
              name="processCompatibility"
              options={COMPATIBILITY_OPTIONS}
              value={draft.processCompatibility}
              onValueChange={(processCompatibility) => onChange({ processCompatibility })}
            />
          </Field>
        </div>
        <Field
          label="Tags"
          error={errors.tags}
          hint="Press Enter or type a comma after each."
          className="@3xl:col-span-2"
        >
          <ChipInput chips={draft.tags} typed={draft.tag} onChange={(tags, tag) => onChange({ tags, tag })} />
        </Field>
      </div>
    </div>
  );
}
