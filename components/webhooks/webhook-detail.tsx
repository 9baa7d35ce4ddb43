"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { Alert, Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ConfirmDialog, LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { FactList } from "@/components/ui/fact-list";
import { Panel } from "@/components/ui/panel";
import { Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import { LEAVING, useAttempt } from "@/components/ui/use-attempt";
import { kindText, outcomeText } from "@/components/webhooks/labels";
import type { WebhookActions } from "@/components/webhooks/webhook-actions";
import { WebhookDialog } from "@/components/webhooks/webhook-dialog";
import { WebhookSecretDialog } from "@/components/webhooks/webhook-secret-dialog";
import { WebhookState } from "@/components/webhooks/webhooks-section";
import { formatNames, formatQuantity } from "@/lib/format";
import type { IssuedWebhookSecret, TestOutcome, WebhookView } from "@/lib/webhooks/schema";

type WebhookDetailProps = { webhook: WebhookView; listPath: string; actions: WebhookActions };

/** One webhook: what it is told, whether that arrives, and what can be done about it. */
export function WebhookDetail({ webhook, listPath, actions }: WebhookDetailProps) {
  const router = useRouter();
  const toasts = useToasts();
  const [asking, setAsking] = useState<"edit" | "rotate" | "off" | "remove" | null>(null);
  const [issued, setIssued] = useState<IssuedWebhookSecret | null>(null);
  const { id: webhookId, url, kinds, offSince, waiting, previousEndsAt } = webhook;
  const close = () => setAsking(null);
  const waits = waiting === 1 ? "1 message waits" : `${formatQuantity(waiting, "message")} wait`;
  const switched = useAttempt({
    lost: LOST_ANSWER,
    onDone: () => toasts.add({ title: "The webhook is on." }),
  });
  return (
    <>
      <Panel className="flex flex-col gap-4 p-5">
        <FactList
          facts={[
            ["State", <WebhookState key="state" webhook={webhook} />],
            ["Is told", formatNames(kinds.map(kindText))],
            ["Waiting", waits],
            ...(previousEndsAt
              ? ([["Previous secret signs until", <Instant key="until" at={previousEndsAt} />]] as const)
              : []),
          ]}
        />
        {webhook.isGivenUp && offSince ? (
          <Banner look="danger">
            Its receiver took nothing for three days, so it was switched off on <Instant at={offSince} />.
            Mend the receiver, send a test, then switch it on: what waits is sent then.
          </Banner>
        ) : null}
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setAsking("edit")}>Edit</Button>
          <Button onClick={() => setAsking("rotate")}>New secret</Button>
          {offSince ? (
            <Button
              aria-busy={switched.isPending}
              onClick={() => switched.run(() => actions.switchTo({ webhookId, isOn: true }))}
            >
              Switch on
            </Button>
          ) : (
            <Button onClick={() => setAsking("off")}>Switch off</Button>
          )}
          <Button look="dangerQuiet" onClick={() => setAsking("remove")}>
            Remove
          </Button>
        </div>
        <Alert>{switched.failure}</Alert>
        <TestButton run={() => actions.test({ webhookId })} />
      </Panel>
      {asking === "edit" ? (
        <WebhookDialog
          webhook={webhook}
          save={(typed) => actions.edit({ ...(typed as object), webhookId, seen: { url, kinds } })}
          onSaved={() => {
            close();
            toasts.add({ title: "Saved." });
          }}
          onClose={close}
        />
      ) : null}
      {asking === "rotate" ? (
        <ConfirmDialog
          title="Make a new secret?"
          description="It signs from now on. The present one signs along for 24 hours: give the receiver the new one until then. One that is signing along already is erased."
          verb="Make a new secret"
          look="primary"
          run={() => actions.rotateSecret({ webhookId })}
          onDone={setIssued}
          onClose={close}
        />
      ) : null}
      {asking === "off" ? (
        <ConfirmDialog
          title="Switch the webhook off?"
          description={`What is told while it is off is never sent there. ${waits}: that is kept, and sent when it is on again.`}
          verb="Switch off"
          run={() => actions.switchTo({ webhookId, isOn: false })}
          onDone={() => toasts.add({ title: "The webhook is off." })}
          onClose={close}
        />
      ) : null}
      {asking === "remove" ? (
        <ConfirmDialog
          title="Remove the webhook?"
          description={`Nothing is sent to ${url} any more. ${waits}: that is lost, with the list of its deliveries.`}
          verb="Remove"
          run={() => actions.remove({ webhookId })}
          onDone={() => {
            router.push(listPath);
            return LEAVING;
          }}
          onClose={close}
        />
      ) : null}
      {issued ? <WebhookSecretDialog issued={issued} isNext onClose={() => setIssued(null)} /> : null}
    </>
  );
}

function TestButton({ run: send }: { run: () => ReturnType<WebhookActions["test"]> }) {
  const [outcome, setOutcome] = useState<TestOutcome | null>(null);
  const { failure, isPending, run } = useAttempt({ lost: LOST_ANSWER, onDone: setOutcome });
  const test = () => {
    setOutcome(null);
    void run(send);
  };
  const answer = outcome?.answer ? ` It said: ${outcome.answer}` : "";
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <Button onClick={test} aria-busy={isPending} className="w-fit">
        Send a test
      </Button>
      <Alert>{failure ?? (outcome && !outcome.isTaken ? `${outcomeText(outcome)}${answer}` : null)}</Alert>
      {outcome?.isTaken ? (
        <Banner look="note" role="status">
          The receiver took the test. {outcomeText(outcome)}
          {answer}
        </Banner>
      ) : null}
    </div>
  );
}
