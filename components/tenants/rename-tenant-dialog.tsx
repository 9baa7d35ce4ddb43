"use client";

import { useState } from "react";
import type { Action } from "@/components/ui/attempt";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { renameTenantSchema, type TenantRow } from "@/lib/tenants/schema";

type RenameTenantDialogProps = { tenant: TenantRow; rename: Action<null>; onClose: () => void };

const LOST =
  "The server did not answer, so it may be renamed already. Load the page again to see what holds.";

export function RenameTenantDialog({ tenant, rename, onClose }: RenameTenantDialogProps) {
  const toasts = useToasts();
  const [name, setName] = useState(tenant.name);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: renameTenantSchema,
    action: rename,
    lost: LOST,
    onDone: () => {
      toasts.add({ title: `Renamed to ${name.trim()}.` });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Rename tenant"
      description={`Its address stays /tenants/${tenant.slug}, so links keep working.`}
      verb="Rename"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ tenantId: tenant.id, name, seen: tenant.name })}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name}>
        <TextInput name="name" autoComplete="off" value={name} onValueChange={setName} />
      </Field>
    </FormDialog>
  );
}
