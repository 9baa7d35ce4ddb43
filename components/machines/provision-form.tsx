"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { IssuedSecretDialog } from "@/components/credentials/issued-secret-dialog";
import { detailsOf, EMPTY_DRAFT, type MachineDraft } from "@/components/machines/machine-draft";
import { MachineFields } from "@/components/machines/machine-fields";
import type { Inherited } from "@/components/tokens/labels";
import { TokenPolicyFields } from "@/components/tokens/token-policy-fields";
import { type Action, attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import {
  type FieldErrors,
  fieldErrorsFrom,
  fieldErrorsOf,
  useFocusOnError,
} from "@/components/ui/form-errors";
import { Panel } from "@/components/ui/panel";
import { SubmitButton } from "@/components/ui/submit-button";
import type { IssuedSecret } from "@/lib/credentials/schema";
import { type MachineKind, provisionMachineSchema } from "@/lib/machines/schema";

type ProvisionFormProps = {
  kind: MachineKind;
  /** What the tenant says of tokens where a machine says nothing. */
  inherited: Inherited;
  listPath: string;
  provision: Action<IssuedSecret & { machineId: string }>;
};

const LOST =
  "The server did not answer, so the machine may exist already. Look for it in the list before you provision again: " +
  "if it is there, Add new on its Edit page makes another client secret.";

export function ProvisionForm({ kind, inherited, listPath, provision }: ProvisionFormProps) {
  const router = useRouter();
  const [draft, setDraft] = useState<MachineDraft>(EMPTY_DRAFT);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [issued, setIssued] = useState<IssuedSecret | null>(null);
  const [isPending, setPending] = useState(false);
  // State would answer a second click of the same instant with the first one's picture; a ref does not.
  const isBusy = useRef(false);
  const form = useFocusOnError(errors);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy.current) return;
    const input = provisionMachineSchema.safeParse({ ...detailsOf(draft), kind });
    setErrors(input.success ? {} : fieldErrorsOf(input.error.issues));
    setFailure(null);
    if (!input.success) return;
    isBusy.current = true;
    setPending(true);
    const answer = await attempt(() => provision(input.data), LOST);
    setPending(false);
    if (answer.ok) return setIssued(answer.data);
    isBusy.current = false;
    setErrors(fieldErrorsFrom(answer.fieldErrors));
    if (!answer.fieldErrors) setFailure(answer.message);
  };
  const leave = () => {
    setIssued(null);
    router.replace(listPath);
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={submit} className="max-w-2xl">
      <Panel className="p-5">
        <MachineFields
          kind={kind}
          draft={draft}
          errors={errors}
          onChange={(change) => setDraft((now) => ({ ...now, ...change }))}
        />
        <details className="mt-5 border-t border-line pt-4">
          <summary className="w-fit cursor-pointer rounded-link font-medium text-muted hover:text-ink">
            More: tokens
          </summary>
          <div className="mt-4">
            <TokenPolicyFields
              draft={draft.policy}
              errors={errors}
              inherited={inherited}
              onChange={(change) => setDraft((now) => ({ ...now, policy: { ...now.policy, ...change } }))}
            />
          </div>
        </details>
      </Panel>
      {failure ? (
        <Banner look="danger" role="alert" className="mt-4">
          {failure}
        </Banner>
      ) : null}
      <div className="mt-4 flex flex-wrap gap-2">
        <SubmitButton look="primary" aria-busy={isPending}>
          Provision
        </SubmitButton>
        <ButtonLink href={listPath} look="quiet">
          Cancel
        </ButtonLink>
      </div>
      {issued ? <IssuedSecretDialog issued={issued} isNewMachine onClose={leave} /> : null}
    </form>
  );
}
