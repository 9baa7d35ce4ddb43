"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { IssuedSecretDialog } from "@/components/credentials/issued-secret-dialog";
import { detailsOf, EMPTY_DRAFT, type MachineDraft } from "@/components/machines/machine-draft";
import { MachineFields } from "@/components/machines/machine-fields";
import type { Inherited } from "@/components/tokens/labels";
import { TokenPolicyFields } from "@/components/tokens/token-policy-fields";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import { Form } from "@/components/ui/form";
import { Panel } from "@/components/ui/panel";
import { SubmitButton } from "@/components/ui/submit-button";
import { LEAVING } from "@/components/ui/use-attempt";
import { useForm } from "@/components/ui/use-form";
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
  const [issued, setIssued] = useState<IssuedSecret | null>(null);
  const { form, errors, failure, isPending, submit } = useForm({
    schema: provisionMachineSchema,
    action: provision,
    lost: LOST,
    onDone: (data) => {
      setIssued(data);
      return LEAVING;
    },
  });
  const leave = () => {
    setIssued(null);
    router.replace(listPath);
  };

  return (
    <Form ref={form} onSubmit={() => submit({ ...detailsOf(draft), kind })} className="max-w-2xl">
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
      <Alert className="mt-4">{failure}</Alert>
      <div className="mt-4 flex flex-wrap gap-2">
        <SubmitButton look="primary" aria-busy={isPending}>
          Provision
        </SubmitButton>
        <ButtonLink href={listPath} look="quiet">
          Cancel
        </ButtonLink>
      </div>
      {issued ? <IssuedSecretDialog issued={issued} isNew onClose={leave} /> : null}
    </Form>
  );
}
