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
import { ScrollBox } from "@/components/ui/scroll-box";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { formatQuantity } from "@/lib/format";

type DeleteMachinesDialogProps = {
  machines: readonly NamedMachine[];
  actions: Pick<MachineActions, "deleteMachines" | "askHosts" | "askJobs">;
  onClose: (isDeleted: boolean) => void;
};

const NAMES = "border-l-2 border-danger-line pl-3 font-medium break-words";

/** Mounted only while it asks. The last word is typed: a click can slip, a name cannot. */
export function DeleteMachinesDialog({ machines, actions, onClose }: DeleteMachinesDialogProps) {
  const formId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  // The button that opened the dialog may be gone with its row; then focus goes to the page's heading.
  const isDeleted = useRef(false);
  const toasts = useToasts();
  const machineIds = machines.map((machine) => machine.id);
  const impact = useConnectedHosts(actions, machineIds);
  const [only] = machines;
  const isOne = machines.length === 1 && only !== undefined;
  const subject = isOne ? only.name : formatQuantity(machines.length, "machine");
  const expected = isOne ? only.name : `delete ${machines.length} machines`;

  const isConfirmed = typed.trim() === expected.trim();

  const { failure, isPending, run } = useAttempt({
    lost: LOST_ANSWER,
    onDone: (cut: Cut) => {
      toasts.add({ title: `${subject} deleted.${disconnectedSentence(cut)}` });
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
      title={isOne ? "Delete this machine?" : `Delete ${subject}?`}
      description={
        isOne
          ? "Its client ID and all its client secrets and keys stop working at once and for good."
          : "Their client IDs and all their client secrets and keys stop working at once and for good."
      }
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
      {isOne ? <p className={NAMES}>{only.name}</p> : <MachineNames machines={machines} />}
      <CutHosts impact={impact} through={isOne ? "as this machine" : "as these machines"} />
      <form
        id={formId}
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed) void run(() => actions.deleteMachines({ machineIds }));
        }}
      >
        <Field label={isOne ? "Type the machine’s name to confirm" : `Type “${expected}” to confirm`}>
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

function MachineNames({ machines }: { machines: readonly NamedMachine[] }) {
  return (
    <ScrollBox label="Machines to delete" className="max-h-28">
      <ul className={NAMES}>
        {machines.map((machine) => (
          <li key={machine.id}>{machine.name}</li>
        ))}
      </ul>
    </ScrollBox>
  );
}
