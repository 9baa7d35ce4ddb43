"use client";

import { useState } from "react";
import { type AssetActions, LOST, type NamedMachine } from "@/components/assets/asset-actions";
import { emptyValue } from "@/components/assets/labels";
import { ValueFields } from "@/components/assets/value-fields";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { type AssetView, setAssetSchema } from "@/lib/assets/schema";
import { formatCount } from "@/lib/format";
import { MACHINES_OFFERED_MAX } from "@/lib/machines/schema";

type SetValueDialogProps = {
  asset: AssetView;
  /** The machine whose value it is at first; the value for all others without it. */
  machineId: string | undefined;
  machines: readonly NamedMachine[];
  set: AssetActions["set"];
  onClose: () => void;
};

export function SetValueDialog({
  asset,
  machineId: first = "",
  machines,
  set,
  onClose,
}: SetValueDialogProps) {
  const toasts = useToasts();
  const valueFor = (machineId: string) => {
    const own = asset.machineValues.find((each) => each.machineId === machineId);
    const shown = machineId === "" ? asset.value : own?.value;
    return { username: "", value: shown ?? emptyValue(asset.type) };
  };
  const [machineId, setMachineId] = useState(first);
  const [draft, setDraft] = useState(() => valueFor(first));
  const { form, errors, failure, isPending, submit } = useForm({
    schema: setAssetSchema,
    action: set,
    lost: LOST,
    onDone: () => {
      toasts.add({ title: `${asset.name} has its new value.` });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Set value"
      description={
        <>
          Robots that fetch <strong className="font-medium text-ink">{asset.name}</strong> from now on get the
          new value.
        </>
      }
      verb="Save"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ ...draft, assetId: asset.id, machineId: machineId || undefined })}
      onClose={onClose}
    >
      <Field
        label="For"
        error={errors.machineId}
        hint={`A machine’s own value goes before the one for all machines.${
          machines.length < MACHINES_OFFERED_MAX
            ? ""
            : ` The first ${formatCount(MACHINES_OFFERED_MAX)} by name are offered.`
        }`}
      >
        <Select
          name="machineId"
          options={[
            { value: "", label: "All machines" },
            ...machines.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={machineId}
          onValueChange={(id) => {
            setMachineId(id);
            setDraft(valueFor(id));
          }}
        />
      </Field>
      <ValueFields
        type={asset.type}
        draft={draft}
        errors={errors}
        onChange={(part) => setDraft((now) => ({ ...now, ...part }))}
      />
    </FormDialog>
  );
}
