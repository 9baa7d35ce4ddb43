import type { Action } from "@/components/ui/attempt";
import type { IssuedWebhookSecret, TestOutcome } from "@/lib/webhooks/schema";

export type WebhookActions = {
  readonly edit: Action<null>;
  readonly remove: Action<null>;
  readonly rotateSecret: Action<IssuedWebhookSecret>;
  readonly switchTo: Action<null>;
  readonly test: Action<TestOutcome>;
  readonly sendAgain: Action<null>;
};
