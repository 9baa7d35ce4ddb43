import { Name, type Sentence } from "@/components/audit/sentence";
import type { EventType } from "@/lib/audit/events";

type WebhookEvent = Extract<EventType, `webhook.${string}`>;

/** What the events about webhooks say. */
export const WEBHOOK_SENTENCES: { readonly [Type in WebhookEvent]: Sentence<Type> } = {
  "webhook.added": ({ name }) => (
    <>
      added the webhook <Name>{name}</Name>
    </>
  ),
  "webhook.edited": ({ name }) => (
    <>
      edited the webhook <Name>{name}</Name>
    </>
  ),
  "webhook.removed": ({ name }) => (
    <>
      removed the webhook <Name>{name}</Name>
    </>
  ),
  "webhook.switched_on": ({ name }) => (
    <>
      switched the webhook <Name>{name}</Name> on
    </>
  ),
  "webhook.switched_off": ({ name, isGivenUp }) => (
    <>
      switched the webhook <Name>{name}</Name> off
      {isGivenUp ? ": its receiver took nothing for days" : null}
    </>
  ),
  "webhook.secret_rotated": ({ name }) => (
    <>
      gave the webhook <Name>{name}</Name> a new secret
    </>
  ),
  "webhook.tested": ({ name, isTaken }) => (
    <>
      sent a test to the webhook <Name>{name}</Name>, which {isTaken ? "took it" : "did not take it"}
    </>
  ),
  "webhook.sent_again": ({ name, kind }) => (
    <>
      sent a message (<Name>{kind}</Name>) to the webhook <Name>{name}</Name> again
    </>
  ),
};
