"use client";

import { useState } from "react";
import { NOTICE_LABELS } from "@/components/notifications/labels";
import type { Action } from "@/components/ui/attempt";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useForm } from "@/components/ui/use-form";
import { NOTICE_KINDS, type NoticeKind } from "@/lib/notifications/schema";
import { webhookSchema } from "@/lib/webhooks/schema";

type WebhookDialogProps<T> = {
  /** What it is now; null for a new one. */
  webhook: { readonly url: string; readonly kinds: readonly NoticeKind[] } | null;
  save: Action<T>;
  onSaved: (data: T) => void;
  onClose: () => void;
};

/** Where it is told, and what. */
export function WebhookDialog<T>({ webhook, save, onSaved, onClose }: WebhookDialogProps<T>) {
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [kinds, setKinds] = useState<readonly NoticeKind[]>(webhook?.kinds ?? NOTICE_KINDS);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: webhookSchema,
    action: (typed) => save(typed),
    lost: LOST_ANSWER,
    onDone: onSaved,
  });
  const verb = webhook ? "Save" : "Add webhook";
  return (
    <FormDialog
      title={webhook ? "Edit webhook" : "Add webhook"}
      description="Latchkey posts a signed message there whenever something of the chosen kinds is told."
      verb={verb}
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ url, kinds })}
      onClose={onClose}
    >
      <Field label="Address" error={errors.url} hint="By https, such as https://alerts.example.com/latchkey.">
        <TextInput
          name="url"
          inputMode="url"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
          value={url}
          onValueChange={setUrl}
        />
      </Field>
      <fieldset className="flex flex-col gap-2.5" aria-describedby={errors.kinds ? "no-kinds" : undefined}>
        <legend className="mb-2.5 text-small font-semibold">What it is told</legend>
        {NOTICE_KINDS.map((kind) => (
          <LabelledCheckbox
            key={kind}
            label={NOTICE_LABELS[kind]}
            checked={kinds.includes(kind)}
            onCheckedChange={(isTicked) =>
              setKinds(NOTICE_KINDS.filter((one) => (one === kind ? isTicked : kinds.includes(one))))
            }
          />
        ))}
        {errors.kinds ? (
          <p id="no-kinds" role="alert" className="text-small text-danger">
            {errors.kinds}
          </p>
        ) : null}
      </fieldset>
    </FormDialog>
  );
}
