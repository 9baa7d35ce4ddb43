"use client";

import { useState } from "react";
import { LOST_ANSWER } from "@/components/machines/machine-actions";
import type { ManyDeed } from "@/components/machines/many-actions";
import { doneSentence } from "@/components/machines/many-actions";
import { ManyCut } from "@/components/machines/many-cut";
import { ManyNames } from "@/components/machines/many-names";
import { AddSecretsDialog, RotateManyDialog } from "@/components/machines/many-secrets-dialogs";
import { type ManyDialogProps, useMany } from "@/components/machines/use-many";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";

import { useToasts } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/format";
import { chosenMachinesSchema } from "@/lib/machines/schema";

/** What is done to many machines at once, each in its dialog. Loaded with the first of them. */
export function ManyDialog({ deed, ...props }: ManyDialogProps & { deed: ManyDeed }) {
  if (deed === "rotate") return <RotateManyDialog {...props} />;
  if (deed === "addSecrets") return <AddSecretsDialog {...props} />;
  if (deed === "disable") return <DisableMany {...props} />;
  if (deed === "enable") return <EnableMany {...props} />;
  return <DeleteMany {...props} />;
}

function DisableMany(props: ManyDialogProps) {
  const { chosen, actions, onClose } = props;
  const toasts = useToasts();
  const { preview, isUnseen, frame, send } = useMany({
    ...props,
    deed: "disable",
    schema: chosenMachinesSchema,
    action: actions.disableMachines,
    lost: LOST_ANSWER,
    onDone: (done) => {
      toasts.add({ title: doneSentence("Disabled", done.machines, done) });
      onClose(true);
    },
  });
  return (
    <FormDialog
      {...frame}
      title={`Disable ${formatQuantity(chosen.count, "machine")}?`}
      description="No robot can connect as one of them until they are enabled again. Their client secrets and keys stay as they are."
      verb="Disable"
      look="danger"
      onSubmit={send}
      onClose={() => onClose(false)}
    >
      <ManyNames named={chosen.named} />
      {isUnseen ? null : <ManyCut preview={preview} />}
    </FormDialog>
  );
}

function EnableMany(props: ManyDialogProps) {
  const { chosen, actions, onClose } = props;
  const toasts = useToasts();
  const { frame, send } = useMany({
    ...props,
    deed: "enable",
    schema: chosenMachinesSchema,
    action: actions.enableMachines,
    lost: LOST_ANSWER,
    onDone: ({ machines }) => {
      toasts.add({ title: doneSentence("Enabled", machines) });
      onClose(true);
    },
  });
  return (
    <FormDialog
      {...frame}
      title={`Enable ${formatQuantity(chosen.count, "machine")}?`}
      description="Their robots can connect again. Nothing is cut."
      verb="Enable"
      onSubmit={send}
      onClose={() => onClose(false)}
    >
      <ManyNames named={chosen.named} />
    </FormDialog>
  );
}

/** The last word is typed: a click can slip, a sentence cannot. */
function DeleteMany(props: ManyDialogProps) {
  const { chosen, actions, onClose } = props;
  const toasts = useToasts();

  const [typed, setTyped] = useState("");
  const { preview, isUnseen, frame, send } = useMany({
    ...props,
    deed: "delete",
    schema: chosenMachinesSchema,
    action: actions.deleteMachines,
    lost: LOST_ANSWER,
    onDone: (done) => {
      toasts.add({ title: doneSentence("Deleted", done.deleted, done) });
      onClose(true);
    },
  });
  // What is typed is what is deleted: all that match may be more by now than the list said.
  const count = preview?.machines ?? chosen.count;
  const expected = `delete ${formatQuantity(count, "machine")}`;
  return (
    <FormDialog
      {...frame}
      isReady={frame.isReady && typed.trim() === expected}
      title={`Delete ${formatQuantity(count, "machine")}?`}
      description="Their client IDs and all their client secrets and keys stop working at once and for good."
      verb="Delete"
      look="danger"
      onSubmit={() => (typed.trim() === expected ? send() : undefined)}
      onClose={() => onClose(false)}
    >
      <ManyNames named={chosen.named} />
      {isUnseen ? null : <ManyCut preview={preview} />}
      <Field label={`Type “${expected}” to confirm`}>
        <TextInput value={typed} onValueChange={setTyped} autoComplete="off" spellCheck={false} />
      </Field>
    </FormDialog>
  );
}
