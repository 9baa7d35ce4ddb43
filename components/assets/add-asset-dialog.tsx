"use client";

import { useState } from "react";
import { type AssetActions, LOST } from "@/components/assets/asset-actions";
import { emptyValue, TYPE_OPTIONS } from "@/components/assets/labels";
import { ValueFields } from "@/components/assets/value-fields";
import { Field, TextArea, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { ASSET_TYPES, type AssetType, addAssetSchema } from "@/lib/assets/schema";

type AddAssetDialogProps = { add: AssetActions["add"]; onClose: () => void };

const EMPTY = { name: "", description: "", type: "Text" as AssetType, username: "", value: "" };

export function AddAssetDialog({ add, onClose }: AddAssetDialogProps) {
  const toasts = useToasts();
  const [draft, setDraft] = useState(EMPTY);
  const change = (part: Partial<typeof EMPTY>) => setDraft((now) => ({ ...now, ...part }));
  const { form, errors, failure, isPending, submit } = useForm({
    schema: addAssetSchema,
    action: add,
    lost: LOST,
    onDone: () => {
      toasts.add({ title: `${draft.name.trim()} added.` });
      onClose();
    },
  });
  const chooseType = (chosen: string) => {
    const type = ASSET_TYPES.find((each) => each === chosen) ?? "Text";
    change({ type, value: emptyValue(type) });
  };
  return (
    <FormDialog
      title="Add asset"
      description="A named value that robots fetch while they work."
      verb="Add asset"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit(draft)}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name} hint="Robots ask for it by this name.">
        <TextInput
          name="name"
          autoComplete="off"
          spellCheck={false}
          value={draft.name}
          onValueChange={(name) => change({ name })}
        />
      </Field>
      <Field label="Description" error={errors.description}>
        <TextArea
          name="description"
          rows={2}
          value={draft.description}
          onValueChange={(description) => change({ description })}
        />
      </Field>
      <Field label="Type" error={errors.type}>
        <Select name="type" options={TYPE_OPTIONS} value={draft.type} onValueChange={chooseType} />
      </Field>
      <ValueFields type={draft.type} draft={draft} errors={errors} onChange={change} />
    </FormDialog>
  );
}
