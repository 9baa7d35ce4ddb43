"use client";

import { useId, useRef, useState } from "react";
import { CutHosts } from "@/components/hosts/cut-hosts";
import { type Cut, disconnectedSentence } from "@/components/hosts/disconnected";
import { useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import { LOST_ANSWER, type MachineActions, type NamedMachine } from "@/components/machines/machine-actions";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, TextInput } from "@/components/ui/field";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";

type DeleteMachineDialogProps = {
  machine: NamedMachine;
  actions: Pick<MachineActions, "deleteMachines" | "askHosts" | "askJobs">;
  onClose: (isDeleted: boolean) => void;
};

/** Mounted only while it asks. The last word is typed: a click can slip, a name cannot. */
export function DeleteMachineDialog({ machine, actions, onClose }: DeleteMachineDialogProps) {
  const formId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  // The button that opened the dialog may be gone with its row; then focus goes to the page's heading.
  const isDeleted = useRef(false);
  const toasts = useToasts();
  const machineIds = [machine.id];
  const impact = useConnectedHosts(actions, machineIds);

  const isConfirmed = typed.trim() === machine.name.trim();

  const { failure, isPending, run } = useAttempt({
    lost: LOST_ANSWER,
    onDone: (cut: Cut) => {
      toasts.add({ title: `${machine.name} deleted.${disconnectedSentence(cut)}` });
      isDeleted.current = true;
      onClose(true);
    },
  });

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose(false)}
      initialFocus={input}
      finalFocus={() => (isDeleted.current ? document.querySelector<HTMLElement>("#main h1") : true)}
      title="Delete this machine?"
      description="Its client ID and all its client secrets and keys stop working at once and for good."
      buttons={
        <>
          <Button onClick={() => onClose(false)}>Cancel</Button>
          <SubmitButton form={formId} look="danger" aria-busy={isPending} disabled={!isConfirmed}>
            Delete
          </SubmitButton>
        </>
      }
    >
      <Alert>{failure}</Alert>
      <p className="border-l-2 border-danger-line pl-3 font-medium break-words">{machine.name}</p>
      <CutHosts impact={impact} through="as this machine" />
      <form
        id={formId}
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed) void run(() => actions.deleteMachines({ machineIds }));
        }}
      >
        <Field label="Type the machine’s name to confirm">
          <TextInput
            ref={input}
            value={typed}
            onValueChange={setTyped}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      </form>
    </Dialog>
  );
}
