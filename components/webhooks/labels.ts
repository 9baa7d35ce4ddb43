import { NOTICE_LABELS } from "@/components/notifications/labels";
import type { DeliveryOutcome } from "@/lib/notifications/schema";
import { FAILURES, type FailureWord } from "@/lib/webhooks/schema";

const FAILURE_TEXTS: Readonly<Record<FailureWord, string>> = {
  unresolved: "Nobody knows this name: it has no address.",
  address_not_allowed:
    "The name leads to a private network, to which this installation sends no webhooks. Its operator can allow it (WEBHOOK_ALLOWED_NETWORKS).",
  not_https: "Without https only networks are asked that the operator allows (WEBHOOK_ALLOWED_NETWORKS).",
  not_reached: "Nobody listens there, or a firewall is between.",
  not_encrypted: "There was no trusted connection: look at the receiver's certificate.",
  no_answer: "It closed the connection without an answer.",
  too_slow: "It did not answer within 15 seconds.",
  stopped: "Latchkey stopped before it answered. Try again.",
  not_made: "Latchkey could not make this message; its log says why.",
};

const isFailure = (word: string): word is FailureWord => FAILURES.some((one) => one === word);

/** @returns what the receiver said, or why it said nothing; null before anything was tried */
export function outcomeText({ status, failure }: Pick<DeliveryOutcome, "status" | "failure">): string | null {
  if (failure !== null) return isFailure(failure) ? FAILURE_TEXTS[failure] : failure;
  if (status === null) return null;
  const isRedirect = status >= 300 && status < 400;
  return isRedirect
    ? `It answered ${status}: a redirect, which is not followed. Enter the address it leads to.`
    : `It answered ${status}.`;
}

/** @returns what a message is about */
export const kindText = (kind: string): string =>
  (NOTICE_LABELS as Readonly<Record<string, string>>)[kind] ?? kind;
