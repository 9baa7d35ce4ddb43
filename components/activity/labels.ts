import type { ActivityPeriod, RefusalReason, TokenOutcome } from "@/lib/activity/schema";

export const OUTCOME_LOOKS = { Granted: "accent", Refused: "danger" } as const satisfies Record<
  TokenOutcome,
  string
>;

export const PERIOD_LABELS = {
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
} as const satisfies Record<ActivityPeriod, string>;

const REASON_LABELS = {
  secret_malformed: "What was sent is no client secret",
  secret_unknown: "No such secret",
  secret_wrong: "The secret has the right ID and is wrong",
  secret_outdated: "The secret is stored under an APP_SECRET that is not accepted any more",
  secret_of_another_client: "The secret is another machine's",
  credential_tampered: "Its row in the database is not as Latchkey wrote it",
  credential_deleted: "The secret or key is deleted",
  credential_expired: "The secret or key has expired",
  credential_disabled: "The secret or key is disabled",
  credential_not_accepted: "The machine does not accept this kind of credential",
  address_not_allowed: "The secret or key may not be used from there",
  purchases_used_up: "As many tokens as the secret or key may buy were bought",
  machine_deleted: "The machine is deleted",
  machine_disabled: "The machine is disabled",
  credentials_missing: "No client secret was sent",
  credentials_malformed: "The credentials could not be read",
  assertion_invalid: "The signed assertion is not valid",
  assertion_expired: "The signed assertion has expired",
  assertion_used_before: "The signed assertion was used before",
  assertion_key_unknown: "None of the machine's keys signed the assertion",
  request_malformed: "The request is malformed",
  grant_not_supported: "It asked for another grant than client credentials",
  resource_unknown: "It asked for a token for another server",
  scope_not_granted: "It asked for a scope that it may not have",
  proof_missing: "The machine requires DPoP and no proof was sent",
  proof_invalid: "The DPoP proof is not valid",
  server_failed: "The server could not answer",
} as const satisfies Record<RefusalReason, string>;

/** @returns why a request was refused, in words; a reason that this version does not know stands for itself */
export function reasonLabel(reason: string): string {
  return reason in REASON_LABELS ? REASON_LABELS[reason as RefusalReason] : reason;
}
