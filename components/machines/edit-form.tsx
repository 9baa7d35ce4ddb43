"use client";

import { type FormEvent, useRef, useState } from "react";
import { detailsOf, draftOf, type MachineDraft } from "@/components/machines/machine-draft";
import { MachineFields } from "@/components/machines/machine-fields";
import { type Cut, disconnectedSentence } from "@/components/sessions/disconnected";
import type { ImpactQuestions } from "@/components/sessions/use-connected-hosts";
import type { Inherited } from "@/components/tokens/labels";
import { MachinePolicyCut } from "@/components/tokens/machine-policy-cut";
import { TokenPolicyFields } from "@/components/tokens/token-policy-fields";
import { type Action, attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import {
  type FieldErrors,
  fieldErrorsFrom,
  fieldErrorsOf,
  useFocusOnError,
} from "@/components/ui/form-errors";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
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
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<{ message: string; isStale: boolean } | null>(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  const form = useFocusOnError(errors);
  const toasts = useToasts();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy.current) return;
    const input = editMachineSchema.safeParse({ ...detailsOf(draft), machineId: machine.id, revision });
    setErrors(input.success ? {} : fieldErrorsOf(input.error.issues));
    setFailure(null);
    if (!input.success) return;
    isBusy.current = true;
    setPending(true);
    const answer = await attempt(() => save(input.data), LOST);
    isBusy.current = false;
    setPending(false);
    if (answer.ok) {
      setRevision(answer.data.revision);
      setDraft((now) => ({ ...now, name: input.data.name, tags: input.data.tags, tag: "" }));
      toasts.add({ title: `Saved.${disconnectedSentence(answer.data)}` });
      return;
    }
    setErrors(fieldErrorsFrom(answer.fieldErrors));
    if (!answer.fieldErrors) setFailure({ message: answer.message, isStale: answer.code === "conflict" });
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={submit}>
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
      {failure ? (
        <Banner look="danger" role="alert" className="mt-5">
          <p>{failure.message}</p>
          {failure.isStale ? (
            <>
              <p className="mt-1 text-muted">What you typed stays here until you reload.</p>
              <Button size="sm" className="mt-2" onClick={() => window.location.reload()}>
                Reload
              </Button>
            </>
          ) : null}
        </Banner>
      ) : null}
      <SubmitButton look="primary" aria-busy={isPending} className="mt-5">
        Save
      </SubmitButton>
    </form>
  );
}
