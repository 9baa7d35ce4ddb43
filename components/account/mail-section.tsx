"use client";

import { useState } from "react";
import { NOTICE_LABELS } from "@/components/notifications/labels";
import type { Action } from "@/components/ui/attempt";
import { Alert, Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Form } from "@/components/ui/form";
import { SubmitButton } from "@/components/ui/submit-button";
import { Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { useForm } from "@/components/ui/use-form";
import {
  chooseMailSchema,
  MAIL_CHOICES,
  type MailChoice,
  type MailProblem,
} from "@/lib/notifications/schema";
import type { TestMail } from "@/lib/users/schema";

const LABELS: Readonly<Record<MailChoice, string>> = {
  ...NOTICE_LABELS,
  "credential.expiring_early": "Credential expires in 30 or 14 days",
  "credential.expiring": "Credential expires in 7 days or 1 day",
};

const LOST_CHOICE = "The server did not answer, so this may or may not be saved. Load the page again to see.";
const LOST_TEST = "The server did not answer, so a mail may or may not have been sent.";

export type MailSectionProps = {
  email: string;
  tenant: { readonly id: string; readonly name: string };
  chosen: readonly MailChoice[];
  /** What became of the last mail, where it was not taken. */
  problem: MailProblem | null;
  choose: Action<null>;
  /** Absent for whoever may not try the mail server. */
  test: Action<TestMail> | null;
};

/** What a person gets by mail about one tenant. */
export function MailSection({ email, tenant, chosen, problem, choose, test }: MailSectionProps) {
  const toasts = useToasts();
  const [kinds, setKinds] = useState(chosen);
  const { form, failure, isPending, submit } = useForm({
    schema: chooseMailSchema,
    action: choose,
    lost: LOST_CHOICE,
    onDone: (_, sent) => {
      setKinds(sent.kinds);
      toasts.add({ title: sent.kinds.length === 0 ? "You get no mail about this tenant." : "Saved." });
    },
  });
  const save = (wanted: readonly MailChoice[]) => submit({ tenantId: tenant.id, kinds: wanted });
  return (
    <>
      {problem ? (
        <Banner look="danger" className="mb-4">
          <strong className="font-semibold">The last mail to you was not taken.</strong> {problem.answer}{" "}
          {problem.isWaiting ? (
            <>
              It is tried again on <Instant at={problem.nextAt} />.
            </>
          ) : (
            <>
              It was given up on <Instant at={problem.at} />; what it told is under Notifications.
            </>
          )}
        </Banner>
      ) : null}
      <Form ref={form} onSubmit={() => save(kinds)} className="flex flex-col gap-4">
        <fieldset>
          <legend className="mb-3">
            What Latchkey mails to <strong className="font-medium wrap-anywhere">{email}</strong> about{" "}
            <strong className="font-medium wrap-anywhere">{tenant.name}</strong>:
          </legend>
          <div className="grid gap-x-6 gap-y-2.5 sm:grid-cols-2">
            {MAIL_CHOICES.map((kind) => (
              <LabelledCheckbox
                key={kind}
                label={LABELS[kind]}
                checked={kinds.includes(kind)}
                onCheckedChange={(isTicked) =>
                  setKinds(isTicked ? [...kinds, kind] : kinds.filter((one) => one !== kind))
                }
              />
            ))}
          </div>
        </fieldset>
        <Alert>{failure}</Alert>
        <div className="flex flex-wrap gap-2.5">
          <SubmitButton look="primary" aria-busy={isPending}>
            Save
          </SubmitButton>
          <Button onClick={() => save([])}>Stop all mail</Button>
        </div>
      </Form>
      {test ? <TestMailButton email={email} test={test} /> : null}
    </>
  );
}

function TestMailButton({ email, test }: { email: string; test: Action<TestMail> }) {
  const [answer, setAnswer] = useState<TestMail | null>(null);
  const { failure, isPending, run } = useAttempt({ lost: LOST_TEST, onDone: setAnswer });
  const send = () => {
    setAnswer(null);
    void run(() => test({}));
  };
  return (
    <div className="mt-5 flex flex-col gap-3 border-line border-t pt-5">
      <p className="text-muted">
        Does mail get through? A test goes to you, and says what the mail server answers.
      </p>
      <Button onClick={send} aria-busy={isPending} className="w-fit">
        Send a test mail
      </Button>
      <Alert>{failure ?? answer?.problem ?? null}</Alert>
      {answer?.problem === null ? (
        <Banner look="note" role="status">
          The mail server took a mail for {email}.{answer.answer ? ` It said: ${answer.answer}` : null}
        </Banner>
      ) : null}
    </div>
  );
}
