"use client";

import { useState } from "react";
import { type Cut, disconnectedSentence } from "@/components/hosts/disconnected";
import type { ImpactQuestions } from "@/components/hosts/use-connected-hosts";
import { detailsOf, draftOf, type MachineDraft } from "@/components/machines/machine-draft";
import { MachineFields } from "@/components/machines/machine-fields";
import type { Inherited } from "@/components/tokens/labels";
import { MachinePolicyCut } from "@/components/tokens/machine-policy-cut";
import { TokenPolicyFields } from "@/components/tokens/token-policy-fields";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Form } from "@/components/ui/form";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { editMachineSchema, type MachineView } from "@/lib/machines/schema";

type EditFormProps = {
  machine: MachineView;
  /** What the tenant says of tokens where the machine says nothing. */
  inherited: Inherited;
  save: Action<Cut & { revision: number }>;
  questions: ImpactQuestions;
};

const LOST =
  "The server did not answer, so the changes may or may not be saved. What you typed is still here: save again.";

export function EditForm({ machine, inherited, save, questions }: EditFormProps) {
  const [draft, setDraft] = useState<MachineDraft>(() => draftOf(machine));
  // The revision what is typed here started from, whatever the page around it has loaded since.
  const [revision, setRevision] = useState(machine.revision);
  const [isStale, setStale] = useState(false);
  const toasts = useToasts();
  const { form, errors, failure, isPending, submit } = useForm({
    schema: editMachineSchema,
    action: save,
    lost: LOST,
    onDone: (saved, { name, tags }) => {
      setRevision(saved.revision);
      setDraft((now) => ({ ...now, name, tags, tag: "" }));
      toasts.add({ title: `Saved.${disconnectedSentence(saved)}` });
    },
    onRefused: ({ code }) => setStale(code === "conflict"),
  });

  return (
    <Form ref={form} onSubmit={() => submit({ ...detailsOf(draft), machineId: machine.id, revision })}>
      <MachineFields
        kind={machine.kind}
        draft={draft}
        errors={errors}
        onChange={(change) => setDraft((now) => ({ ...now, ...change }))}
      />
      <fieldset className="mt-6 border-t border-line pt-4">
        <legend className="float-left mb-3 w-full text-legend font-semibold">Tokens</legend>
        <div className="clear-both flex flex-col gap-4">
          <TokenPolicyFields
            draft={draft.policy}
            errors={errors}
            inherited={inherited}
            onChange={(change) => setDraft((now) => ({ ...now, policy: { ...now.policy, ...change } }))}
          />
          <MachinePolicyCut
            machine={machine}
            draft={draft.policy}
            inherited={inherited}
            questions={questions}
          />
        </div>
      </fieldset>
      {failure === null ? null : (
        <Alert className="mt-5">
          <p>{failure}</p>
          {isStale ? (
            <>
              <p className="mt-1 text-muted">What you typed stays here until you reload.</p>
              <Button size="sm" className="mt-2" onClick={() => window.location.reload()}>
                Reload
              </Button>
            </>
          ) : null}
        </Alert>
      )}
      <SubmitButton look="primary" aria-busy={isPending} className="mt-5">
        Save
      </SubmitButton>
    </Form>
  );
}
