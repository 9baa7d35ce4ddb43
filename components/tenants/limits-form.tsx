"use client";

import { useState } from "react";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { Field, TextInput } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { LIVE_CREDENTIALS_MAX, type Limits, limitsSchema } from "@/lib/limits/schema";

const LOST =
  "The server did not answer, so the limits may or may not be saved. Load the page again to see what holds.";

type Draft = Readonly<Record<keyof Limits, string>>;

const textOf = (limit: number | null) => (limit === null ? "" : String(limit));
const draftOf = (limits: Limits): Draft => ({
  machinesMax: textOf(limits.machinesMax),
  liveCredentialsMax: textOf(limits.liveCredentialsMax),
  lifetimeDaysMax: textOf(limits.lifetimeDaysMax),
});
/** Nothing typed is no limit; what is no number stays none, for the schema to say so. */
const limitOf = (typed: string) => (typed.trim() === "" ? null : Number(typed.trim()));

export function LimitsForm({ limits, save }: { limits: Limits; save: Action<null> }) {
  const toasts = useToasts();
  const [draft, setDraft] = useState<Draft>(() => draftOf(limits));
  // What the form was filled from, whatever the page around it has loaded since.
  const [seen, setSeen] = useState(limits);
  const typed = {
    machinesMax: limitOf(draft.machinesMax),
    liveCredentialsMax: limitOf(draft.liveCredentialsMax),
    lifetimeDaysMax: limitOf(draft.lifetimeDaysMax),
  };
  const { form, errors, failure, isPending, submit } = useForm({
    schema: limitsSchema,
    action: (input) => save({ limits: input, seen }),
    lost: LOST,
    onDone: () => {
      const saved = limitsSchema.safeParse(typed);
      if (saved.success) setSeen(saved.data);
      toasts.add({ title: "Saved." });
    },
  });
  const input = (name: keyof Limits, placeholder: string) => (
    <TextInput
      name={name}
      inputMode="numeric"
      autoComplete="off"
      placeholder={placeholder}
      value={draft[name]}
      onValueChange={(value) => setDraft((now) => ({ ...now, [name]: value }))}
    />
  );
  const { min, usual, max } = LIVE_CREDENTIALS_MAX;
  return (
    <Form ref={form} onSubmit={() => submit(typed)} className="flex flex-col gap-4">
      <div className="grid gap-x-5 gap-y-5 sm:grid-cols-2 lg:grid-cols-3">
        <Field label="Machines" error={errors.machinesMax} hint="How many the tenant may have.">
          {input("machinesMax", "No limit")}
        </Field>
        <Field
          label="Live secrets or keys of a machine"
          error={errors.liveCredentialsMax}
          hint={`Of each, from ${min} to ${max}.`}
        >
          {input("liveCredentialsMax", String(usual))}
        </Field>
        <Field
          label="Days until a secret or key expires"
          error={errors.lifetimeDaysMax}
          hint="At the most. What is added without an end gets this one."
        >
          {input("lifetimeDaysMax", "No limit")}
        </Field>
      </div>
      <Alert>{failure}</Alert>
      <SubmitButton look="primary" aria-busy={isPending} className="w-fit">
        Save limits
      </SubmitButton>
    </Form>
  );
}
