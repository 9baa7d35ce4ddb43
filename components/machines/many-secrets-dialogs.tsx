"use client";

import { useState } from "react";
import { ExpiryFields, expiresAtOf, NEVER } from "@/components/credentials/expiry-field";
import { RecipientField, recipientOf } from "@/components/credentials/recipient-field";
import type { SecretsAnswer } from "@/components/credentials/secrets-file";
import { SecretsFileDialog } from "@/components/credentials/secrets-file-dialog";
import { answerOf, type SecretsOfMany } from "@/components/machines/many-actions";
import { ManyCut } from "@/components/machines/many-cut";
import { ManyNames } from "@/components/machines/many-names";
import { type ManyDialogProps, useMany } from "@/components/machines/use-many";
import { RetirementFields, retirementOf, WHEN_MOVED } from "@/components/rotations/retirement-fields";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useToasts } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/format";
import { addSecretsSchema, rotateMachinesSchema } from "@/lib/workflows/schema";

const LOST =
  "The server did not answer, so the new secrets may exist without anybody having seen them. Load the page again and look at one of the " +
  "machines: if it has a new secret, rotate these machines once more.";

/** Once it is done: the secrets, if there are any to see; else that it is. */
function useSecretsOfMany(done: string, onClose: ManyDialogProps["onClose"]) {
  const [answer, setAnswer] = useState<SecretsAnswer | null>(null);
  const toasts = useToasts();
  const onDone = (data: SecretsOfMany) => {
    const answered = answerOf(data);
    if (answered.secrets.length > 0) return setAnswer(answered);
    const [problem] = answered.problems;
    const right = data.results.length - answered.problems.length;
    toasts.add({
      title: problem
        ? `${formatQuantity(answered.problems.length, "secret")} could not be made. ${problem.name}: ${problem.detail}`
        : `${done} ${formatQuantity(right, "secret")}; connected robots fetch the new ones themselves.`,
      ...(problem && { type: "failure", priority: "high" }),
    });
    onClose(true);
  };
  const shown = answer ? (
    <SecretsFileDialog
      title={`Client secrets ${done.toLowerCase()}`}
      answer={answer}
      onClose={() => onClose(true)}
    />
  ) : null;
  return { onDone, shown };
}

export function AddSecretsDialog(props: ManyDialogProps) {
  const { chosen, actions, onClose } = props;
  const [name, setName] = useState("");
  const [expiry, setExpiry] = useState(NEVER);
  const [recipient, setRecipient] = useState("");
  const { onDone, shown } = useSecretsOfMany("Added", onClose);
  const { preview, errors, frame, send } = useMany({
    ...props,
    deed: "addSecrets",
    schema: addSecretsSchema,
    action: actions.addSecrets,
    lost: LOST,
    onDone,
  });
  if (shown) return shown;
  return (
    <FormDialog
      {...frame}
      title={`Add a client secret to ${formatQuantity(chosen.count, "machine")}`}
      description="Each gets one more; those it has stay valid. Nothing is cut."
      verb="Add"
      onSubmit={() => send({ name, expiresAt: expiresAtOf(expiry), recipient: recipientOf(recipient) })}
      onClose={() => onClose(false)}
    >
      <ManyNames named={chosen.named} />
      <Field label="Name" error={errors.name} hint="Optional: what the new secrets are for.">
        <TextInput name="name" autoComplete="off" value={name} onValueChange={setName} />
      </Field>
      <ExpiryFields
        lifetimeDaysMax={preview?.lifetimeDaysMax ?? null}
        draft={expiry}
        error={errors.expiresAt}
        onChange={setExpiry}
      />
      <RecipientField value={recipient} error={errors.recipient} onValueChange={setRecipient} />
    </FormDialog>
  );
}

export function RotateManyDialog(props: ManyDialogProps) {
  const { chosen, actions, onClose } = props;
  const [retirement, setRetirement] = useState(WHEN_MOVED);
  const [expiry, setExpiry] = useState(NEVER);
  const [handsOver, setHandsOver] = useState(true);
  const [isShown, setIsShown] = useState(true);
  const [recipient, setRecipient] = useState("");
  const { onDone, shown } = useSecretsOfMany("Rotated", onClose);
  const { preview, isUnseen, errors, frame, send } = useMany({
    ...props,
    deed: "rotate",
    schema: rotateMachinesSchema,
    action: actions.rotateMachines,
    lost: LOST,
    onDone,
  });
  if (shown) return shown;
  const isNow = retirement.retirement === "now";
  const handsOverLater = handsOver && !isNow;
  const input = {
    ...retirementOf(retirement),
    expiresAt: expiresAtOf(expiry),
    handsOver: handsOverLater,
    isShown: isShown || !handsOverLater,
    recipient: recipientOf(recipient),
  };
  return (
    <FormDialog
      {...frame}
      title={`Rotate the client secrets of ${formatQuantity(chosen.count, "machine")}`}
      description="Each live secret gets a successor now, with the same name. Both work until the old one ends. Keys stay as they are."
      verb="Rotate"
      look={isNow ? "danger" : "primary"}
      onSubmit={() => send(input)}
      onClose={() => onClose(false)}
    >
      <ManyNames named={chosen.named} />
      <RetirementFields draft={retirement} errors={errors} onChange={setRetirement} />
      <ExpiryFields
        label="The new ones expire"
        lifetimeDaysMax={preview?.lifetimeDaysMax ?? null}
        draft={expiry}
        error={errors.expiresAt}
        onChange={setExpiry}
      />
      {isNow ? null : (
        <div>
          <LabelledCheckbox
            label="Hand the new ones over: connected robots fetch them themselves"
            checked={handsOver}
            onCheckedChange={setHandsOver}
          />
          <p className="mt-1 mb-2 pl-7 text-small text-muted">
            Not when an old one has leaked: whoever holds it may get the new one, too.
          </p>
          {handsOver ? (
            <LabelledCheckbox
              label="Give them to me as a file, too, for robots that do not"
              checked={isShown}
              onCheckedChange={setIsShown}
            />
          ) : null}
        </div>
      )}
      {input.isShown ? (
        <RecipientField value={recipient} error={errors.recipient} onValueChange={setRecipient} />
      ) : null}
      {isUnseen ? null : <ManyCut preview={preview} moves={!isNow} />}
    </FormDialog>
  );
}
