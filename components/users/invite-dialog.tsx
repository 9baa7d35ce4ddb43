"use client";

import { useState } from "react";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { useForm } from "@/components/ui/use-form";
import type { Role } from "@/lib/roles";
import { inviteSchema, type SentLink } from "@/lib/users/schema";
import { ROLE_HINTS, ROLE_OPTIONS, roleOf } from "./labels";
import type { UserActions } from "./user-actions";

type InviteDialogProps = {
  invite: UserActions["invite"];
  /** The link goes to the person by mail, too. */
  sendsMail: boolean;
  onIssued: (link: SentLink) => void;
  onClose: () => void;
};

export function InviteDialog({ invite, sendsMail, onIssued, onClose }: InviteDialogProps) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("Operator");
  const { form, errors, failure, isPending, submit } = useForm({
    schema: inviteSchema,
    action: invite,
    lost: LOST_ANSWER,
    onDone: (link) => {
      onClose();
      onIssued(link);
    },
  });
  return (
    <FormDialog
      title="Invite somebody"
      description={`${sendsMail ? "They get a link by mail, and you can copy it." : "You get a link to give them."} It works once, within an hour, for this email only.`}
      verb="Make the link"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ email, role })}
      onClose={onClose}
    >
      <Field label="Email" error={errors.email}>
        <TextInput type="email" name="email" autoComplete="off" value={email} onValueChange={setEmail} />
      </Field>
      <Field label="Role" error={errors.role} hint={ROLE_HINTS[role]}>
        <Select
          name="role"
          options={ROLE_OPTIONS}
          value={role}
          onValueChange={(value) => setRole(roleOf(value))}
        />
      </Field>
    </FormDialog>
  );
}
