"use client";

import { useState } from "react";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { changeRoleSchema, type PersonRow } from "@/lib/users/schema";
import { ClientsField } from "./clients-field";
import { ROLE_HINTS, ROLE_OPTIONS, roleOf } from "./labels";
import type { UserActions } from "./user-actions";

type ChangeRoleDialogProps = {
  person: PersonRow;
  changeRole: UserActions["changeRole"];
  onClose: () => void;
};

export function ChangeRoleDialog({ person, changeRole, onClose }: ChangeRoleDialogProps) {
  const toasts = useToasts();
  const [role, setRole] = useState(person.role);
  const [apiClients, setApiClients] = useState("");
  const { form, errors, failure, isPending, submit } = useForm({
    schema: changeRoleSchema,
    action: changeRole,
    lost: LOST_ANSWER,
    onDone: () => {
      toasts.add({ title: `${person.email}: ${role}` });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Change role"
      description={
        <>
          Of <strong className="font-medium text-ink">{person.email}</strong>, from their next click on.
        </>
      }
      verb="Change role"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ adminId: person.id, role, apiClients: apiClients || undefined })}
      onClose={onClose}
    >
      <Field label="Role" error={errors.role} hint={ROLE_HINTS[role]}>
        <Select
          name="role"
          options={ROLE_OPTIONS}
          value={role}
          onValueChange={(value) => setRole(roleOf(value))}
        />
      </Field>
      {errors.apiClients || apiClients ? (
        <ClientsField
          when="demotion"
          error={apiClients ? undefined : errors.apiClients}
          value={apiClients}
          onChange={setApiClients}
        />
      ) : null}
    </FormDialog>
  );
}
