"use client";

import { useState } from "react";
import type { Action } from "@/components/ui/attempt";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { slugFrom } from "@/lib/tenants/rules";
import { addTenantSchema } from "@/lib/tenants/schema";

type AddTenantDialogProps = { add: Action<{ readonly slug: string }>; onClose: () => void };

const LOST =
  "The server did not answer, so the tenant may exist already. What you typed is still here: look at the list, or try again.";

export function AddTenantDialog({ add, onClose }: AddTenantDialogProps) {
  const toasts = useToasts();
  const [name, setName] = useState("");
  // Null follows the name, until somebody types an address of their own.
  const [ownSlug, setOwnSlug] = useState<string | null>(null);
  const slug = ownSlug ?? slugFrom(name);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: addTenantSchema,
    action: add,
    lost: LOST,
    onDone: () => {
      toasts.add({ title: `${name.trim()} created. You are its administrator.` });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Create tenant"
      description="A separate set of machines, people and records. You become its administrator."
      verb="Create tenant"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ name, slug })}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name}>
        <TextInput name="name" autoComplete="off" value={name} onValueChange={setName} />
      </Field>
      <Field
        label="Address"
        error={errors.slug}
        hint={`Its pages will be under /tenants/${slug || "…"}. It cannot be changed later.`}
      >
        <TextInput
          name="slug"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
          value={slug}
          onValueChange={setOwnSlug}
        />
      </Field>
    </FormDialog>
  );
}
