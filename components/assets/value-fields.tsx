"use client";

import { Field, TextArea, TextInput } from "@/components/ui/field";
import type { FieldErrors } from "@/components/ui/form-errors";
import { PasswordInput } from "@/components/ui/password-input";
import { Select } from "@/components/ui/select";
import type { AssetType } from "@/lib/assets/schema";

export type ValueDraft = { readonly username: string; readonly value: string };

type ValueFieldsProps = {
  type: AssetType;
  draft: ValueDraft;
  errors: FieldErrors;
  onChange: (change: Partial<ValueDraft>) => void;
};

const BOOLEANS = [
  { value: "true", label: "True" },
  { value: "false", label: "False" },
] as const;

const setter = (onChange: ValueFieldsProps["onChange"]) => (value: string) => onChange({ value });

/** The control that fits what the value is. */
export function ValueFields({ type, draft, errors, onChange }: ValueFieldsProps) {
  if (type === "Credential") {
    return (
      <>
        <Field label="User name" error={errors.username}>
          <TextInput
            name="asset-username"
            autoComplete="off"
            spellCheck={false}
            value={draft.username}
            onValueChange={(username) => onChange({ username })}
          />
        </Field>
        <Field
          label="Password"
          error={errors.value}
          hint="Encrypted, shown to nobody again, and handed only to robots that ask with their token."
        >
          <PasswordInput
            name="asset-password"
            autoComplete="new-password"
            value={draft.value}
            onValueChange={setter(onChange)}
          />
        </Field>
      </>
    );
  }
  return (
    <Field label="Value" error={errors.value}>
      <ValueControl type={type} value={draft.value} onValueChange={setter(onChange)} />
    </Field>
  );
}

type ValueControlProps = {
  type: Exclude<AssetType, "Credential">;
  value: string;
  onValueChange: (value: string) => void;
};

function ValueControl({ type, ...control }: ValueControlProps) {
  if (type === "Boolean") return <Select name="value" options={BOOLEANS} {...control} />;
  if (type === "Number")
    return <TextInput name="value" inputMode="decimal" autoComplete="off" {...control} />;
  return <TextArea name="value" rows={type === "Json" ? 6 : 3} isCode={type === "Json"} {...control} />;
}
