"use client";

import { useState } from "react";
import { type Cut, disconnectedSentence } from "@/components/hosts/disconnected";
import { type ImpactQuestions, useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import type { Inherited } from "@/components/tokens/labels";
import { PolicyCut } from "@/components/tokens/policy-cut";
import { policyDraftOf, policyOf, type TokenPolicyDraft } from "@/components/tokens/token-policy-draft";
import { TokenPolicyFields } from "@/components/tokens/token-policy-fields";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { Form } from "@/components/ui/form";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
import { useForm } from "@/components/ui/use-form";
import { refusedKind } from "@/lib/token-policy/rules";
import { type TokenDefaults, tokenDefaultsSchema } from "@/lib/token-policy/schema";

type TokenDefaultsFormProps = {
  defaults: Inherited;
  actions: ImpactQuestions & { readonly save: Action<Cut> };
};

const LOST =
  "The server did not answer, so the changes may or may not be saved. Load the page again to see what holds.";

export function TokenDefaultsForm({ defaults, actions }: TokenDefaultsFormProps) {
  const { installationLifetimeSeconds, ...loaded } = defaults;
  const toasts = useToasts();
  const [draft, setDraft] = useState<TokenPolicyDraft>(() => policyDraftOf(loaded));
  // What the form was filled from, whatever the page around it has loaded since.
  const [seen, setSeen] = useState<TokenDefaults>(loaded);
  const typed = tokenDefaultsSchema.safeParse(policyOf(draft));
  const { form, errors, failure, isPending, submit } = useForm({
    schema: tokenDefaultsSchema,
    action: (input) => actions.save({ defaults: input, seen }),
    lost: LOST,
    onDone: (cut) => {
      if (typed.success) setSeen(typed.data);
      toasts.add({ title: `Saved.${disconnectedSentence(cut)}` });
    },
  });
  const accepted = typed.data?.clientAuthentication ?? seen.clientAuthentication;
  const refused = accepted === seen.clientAuthentication ? null : refusedKind(accepted);
  const demandsProof = typed.data?.requiresDpop === true && !seen.requiresDpop;

  return (
    <Form ref={form} onSubmit={() => submit(policyOf(draft))} className="flex flex-col gap-4">
      <TokenPolicyFields
        draft={draft}
        errors={errors}
        inherited={{ installationLifetimeSeconds }}
        onChange={(change) => setDraft((now) => ({ ...now, ...change }))}
      />
      {refused || demandsProof ? <Asking {...{ actions, refused, demandsProof }} /> : null}
      <Alert>{failure}</Alert>
      <SubmitButton look="primary" aria-busy={isPending} className="w-fit">
        Save
      </SubmitButton>
    </Form>
  );
}

type AskingProps = Omit<Parameters<typeof PolicyCut>[0], "impact"> & { actions: ImpactQuestions };

/** The actions ask about all machines that leave it to the tenant; there are none to name. */
function Asking({ actions, ...policy }: AskingProps) {
  return <PolicyCut impact={useConnectedHosts(actions, [])} {...policy} />;
}
