"use client";

import { useState } from "react";
import { RUNTIME_OPTIONS } from "@/components/jobs/labels";
import type { ProcessActions } from "@/components/processes/process-actions";
import { Field, TextArea, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { formatJson } from "@/lib/format";
import { addProcessSchema, editProcessSchema, type ProcessView } from "@/lib/jobs/schema";

type ProcessDialogProps = {
  /** The one to edit; without it a new one is added. */
  process: ProcessView | undefined;
  actions: ProcessActions;
  onClose: () => void;
};

const LOST =
  "The server did not answer, so it may be saved already. What you typed is still here: look at the list, or try again.";

const draftOf = (process: ProcessView | undefined) => ({
  name: process?.name ?? "",
  description: process?.description ?? "",
  runtimeType: process?.runtimeType ?? "Unattended",
  defaultInput: formatJson(process?.defaultInput ?? {}),
});

export function ProcessDialog({ process, actions, onClose }: ProcessDialogProps) {
  const toasts = useToasts();
  const [draft, setDraft] = useState<Record<keyof ReturnType<typeof draftOf>, string>>(() =>
    draftOf(process),
  );
  const change = (part: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...part }));
  const { form, errors, failure, isPending, submit } = useForm({
    schema: process ? editProcessSchema : addProcessSchema,
    action: process ? actions.edit : actions.add,
    lost: LOST,
    onDone: () => {
      toasts.add({ title: process ? "Saved" : `${draft.name.trim()} added.` });
      onClose();
    },
  });
  return (
    <FormDialog
      title={process ? "Edit process" : "Add process"}
      description="A process is something robots know how to run. The host finds it by this name."
      verb={process ? "Save" : "Add process"}
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit(process ? { ...draft, processId: process.id } : draft)}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name}>
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
      <Field
        label="Runtime type"
        error={errors.runtimeType}
        hint="A host takes no more jobs of a type at once than its machine has runtimes for."
      >
        <Select
          name="runtimeType"
          options={RUNTIME_OPTIONS}
          value={draft.runtimeType}
          onValueChange={(runtimeType) => change({ runtimeType })}
        />
      </Field>
      <Field
        label="Default input"
        error={errors.defaultInput}
        hint="JSON. Each new job starts with it, and may change it."
      >
        <TextArea
          name="defaultInput"
          isCode
          rows={6}
          value={draft.defaultInput}
          onValueChange={(defaultInput) => change({ defaultInput })}
        />
      </Field>
    </FormDialog>
  );
}
