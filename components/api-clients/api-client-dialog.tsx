"use client";

import { useState } from "react";
import type { Action } from "@/components/ui/attempt";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { useForm } from "@/components/ui/use-form";
import { ROLE_HINTS, ROLE_OPTIONS, roleOf } from "@/components/users/labels";
import { type ApiClientView, editApiClientSchema, makeApiClientSchema } from "@/lib/api-clients/schema";

type ApiClientDialogProps<T> = {
  /** What it is now; null for a new one. */
  client: ApiClientView | null;
  /** Whoever fills it in manages the installation, and so may let it do so. */
  canManageInstallation: boolean;
  save: Action<T>;
  onSaved: (data: T) => void;
  onClose: () => void;
};

type FlagProps = { label: string; hint: string; error: string | undefined; checked: boolean };

function Flag({ hint, error, onChange, ...box }: FlagProps & { onChange: (isTicked: boolean) => void }) {
  return (
    <div>
      <LabelledCheckbox {...box} onCheckedChange={onChange} />
      <p className="mt-1 pl-7 text-small text-muted">{hint}</p>
      {error ? (
        <p role="alert" className="mt-1 pl-7 text-small text-danger">
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** What it is called and may do. */
export function ApiClientDialog<T>({
  client,
  canManageInstallation,
  save,
  onSaved,
  onClose,
}: ApiClientDialogProps<T>) {
  const [name, setName] = useState(client?.name ?? "");
  const [description, setDescription] = useState(client?.description ?? "");
  const [role, setRole] = useState(client?.role ?? "Operator");
  const [managesInstallation, setManages] = useState(client?.managesInstallation ?? false);
  const [mayConfirm, setMayConfirm] = useState(client?.mayConfirm ?? false);
  // What is typed here started from this, whatever the page around it has loaded since.
  const [revision] = useState(client?.revision);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: client ? editApiClientSchema : makeApiClientSchema,
    action: save,
    lost: LOST_ANSWER,
    onDone: onSaved,
  });
  return (
    <FormDialog
      title={client ? "Edit API client" : "Make API client"}
      description={
        client
          ? "What it may do holds from its next request on."
          : "A program that administers this tenant with a client secret of its own, which you see once."
      }
      verb={client ? "Save" : "Make API client"}
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() =>
        submit({
          name,
          description,
          role,
          managesInstallation,
          mayConfirm,
          ...(client && { id: client.id, revision }),
        })
      }
      onClose={onClose}
    >
      <Field
        label="Name"
        error={errors.name}
        hint="What it is for, such as a pipeline. The audit record says it."
      >
        <TextInput name="name" autoComplete="off" value={name} onValueChange={setName} />
      </Field>
      <Field label="Description" error={errors.description}>
        <TextInput name="description" autoComplete="off" value={description} onValueChange={setDescription} />
      </Field>
      <Field label="Role" error={errors.role} hint={ROLE_HINTS[role]}>
        <Select
          name="role"
          options={ROLE_OPTIONS}
          value={role}
          onValueChange={(value) => setRole(roleOf(value))}
        />
      </Field>
      <Flag
        label="May do what people confirm with their password"
        hint="Such as deleting machines, managing people and API clients, exporting the record. Off unless it needs that."
        error={errors.mayConfirm}
        checked={mayConfirm}
        onChange={setMayConfirm}
      />
      {canManageInstallation || managesInstallation ? (
        <Flag
          label="Manages the installation"
          hint="What concerns every tenant, such as signing keys and tenants."
          error={errors.managesInstallation}
          checked={managesInstallation}
          onChange={setManages}
        />
      ) : null}
    </FormDialog>
  );
}
