"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { RecipientField, recipientOf } from "@/components/credentials/recipient-field";
import type { SecretsAnswer } from "@/components/credentials/secrets-file";
import { SecretsFileDialog } from "@/components/credentials/secrets-file-dialog";
import { KIND_OPTIONS } from "@/components/machines/labels";
import { detailsOf, EMPTY_DRAFT, type MachineDraft } from "@/components/machines/machine-draft";
import { MachineFields } from "@/components/machines/machine-fields";
import { PastedErrors, PastedPreview } from "@/components/machines/pasted-check";
import { PastedFile } from "@/components/machines/pasted-file";
import type { Inherited } from "@/components/tokens/labels";
import { TokenPolicyFields } from "@/components/tokens/token-policy-fields";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { Field, TextArea } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Panel } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import { SubmitButton } from "@/components/ui/submit-button";
import { LEAVING, useAttempt } from "@/components/ui/use-attempt";
import { useForm } from "@/components/ui/use-form";
import { formatCount, formatQuantity } from "@/lib/format";
import {
  type CheckedMachines,
  MACHINES_AT_ONCE_MAX,
  type MachineKind,
  type ProvisionedMachines,
  pastedMachinesSchema,
} from "@/lib/machines/schema";

type ManyFormProps = {
  /** What the tenant says of tokens where a machine says nothing. */
  inherited: Inherited;
  listPath: string;
  actions: {
    readonly check: Action<CheckedMachines>;
    readonly provision: Action<ProvisionedMachines>;
  };
};

const LOST_CHECK = "The server did not answer. Nothing was written: check again.";
const LOST =
  "The server did not answer, so the machines may exist already, with secrets that nobody has seen. Look for them in the list before you " +
  "provision again: if they are there, tick them and rotate their secrets.";

/** @returns what the dialog shows and the file holds */
const answerOf = ({ results, encrypted }: ProvisionedMachines): SecretsAnswer => ({
  secrets: results.flatMap(({ provisioned }) => provisioned ?? []),
  problems: results.flatMap(({ name, problem }) => (problem ? [{ name, detail: problem.detail }] : [])),
  encrypted,
});

type Checked = CheckedMachines & { readonly sent: unknown };

/** Pastes, checks, provisions: what is wrong is said by line before anything is written. */
export function ManyForm({ inherited, listPath, actions }: ManyFormProps) {
  const router = useRouter();
  const [text, setText] = useState("");
  const [kind, setKind] = useState<MachineKind>("Template");
  const [draft, setDraft] = useState<MachineDraft>(EMPTY_DRAFT);
  const [recipient, setRecipient] = useState("");
  const [checked, setChecked] = useState<Checked | null>(null);
  const [answer, setAnswer] = useState<SecretsAnswer | null>(null);
  /** What was checked is not what stands here any more. */
  const changing =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      setChecked(null);
      set(value);
    };
  const { form, errors, failure, isPending, submit } = useForm({
    schema: pastedMachinesSchema,
    action: async (sent) => {
      const answered = await actions.check(sent);
      return answered.ok ? { ok: true, data: { ...answered.data, sent } } : answered;
    },
    lost: LOST_CHECK,
    onDone: (data: Checked) => setChecked(data),
  });
  const { name: _name, ...details } = detailsOf(draft);
  const check = () => {
    setChecked(null);
    return submit({ ...details, kind, text, recipient: recipientOf(recipient) });
  };
  const provisioning = useAttempt({
    lost: LOST,
    onDone: (done: ProvisionedMachines) => {
      setAnswer(answerOf(done));
      return LEAVING;
    },
    // Somebody took a name meanwhile: the check says at which line.
    onRefused: (refused) => {
      if (refused.code === "invalid" || refused.code === "conflict") void check();
      return refused.message;
    },
  });
  const isRight = checked !== null && checked.errors.length === 0;

  return (
    <Form
      ref={form}
      onSubmit={() => {
        if (!provisioning.isPending) void check();
      }}
      className="max-w-3xl"
    >
      <Panel className="flex flex-col gap-5 p-5">
        <Field
          label="Machines"
          error={errors.text}
          hint={`One name a line, or a CSV whose first line names its columns. At most ${formatCount(MACHINES_AT_ONCE_MAX)} machines and 200 KiB in one go.`}
        >
          <TextArea name="text" rows={10} isCode value={text} onValueChange={changing(setText)} />
        </Field>
        <PastedFile onText={changing(setText)} />
        <Field label="Type" error={errors.kind} hint="Of lines that name none." className="max-w-sm">
          <Select
            name="kind"
            options={KIND_OPTIONS}
            value={kind}
            onValueChange={changing((value) => setKind(value as MachineKind))}
          />
        </Field>
        <More title="More for all of them: description, runtimes, tags, tokens">
          <MachineFields
            isMany
            kind={kind}
            draft={draft}
            errors={errors}
            onChange={changing((change) => setDraft((now) => ({ ...now, ...change })))}
          />
          <TokenPolicyFields
            draft={draft.policy}
            errors={errors}
            inherited={inherited}
            onChange={changing((change) =>
              setDraft((now) => ({ ...now, policy: { ...now.policy, ...change } })),
            )}
          />
        </More>
        <RecipientField value={recipient} error={errors.recipient} onValueChange={changing(setRecipient)} />
      </Panel>
      <Alert className="mt-4">{failure ?? provisioning.failure}</Alert>
      {checked && !isRight ? <PastedErrors errors={checked.errors} /> : null}
      {isRight ? <PastedPreview checked={checked} /> : null}
      <div className="mt-4 flex flex-wrap gap-2">
        {isRight ? (
          <Button
            key="provision"
            look="primary"
            aria-busy={provisioning.isPending}
            onClick={() => provisioning.run(() => actions.provision(checked.sent))}
          >
            Provision {formatQuantity(checked.count, "machine")}
          </Button>
        ) : (
          <SubmitButton key="check" look="primary" aria-busy={isPending}>
            Check
          </SubmitButton>
        )}
        <ButtonLink href={listPath} look="quiet">
          Cancel
        </ButtonLink>
      </div>
      {answer ? (
        <SecretsFileDialog
          title="Machines provisioned"
          answer={answer}
          onClose={() => {
            setAnswer(null);
            router.replace(listPath);
          }}
        />
      ) : null}
    </Form>
  );
}

function More({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <details className="border-t border-line pt-4">
      <summary className="w-fit cursor-pointer rounded-link font-medium text-muted hover:text-ink">
        {title}
      </summary>
      <div className="mt-4 flex flex-col gap-5">{children}</div>
    </details>
  );
}
