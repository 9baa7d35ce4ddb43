import type { NoticeKind } from "@/lib/notifications/schema";

/** What each kind of notification is about. */
export const NOTICE_LABELS: Readonly<Record<NoticeKind, string>> = {
  "credential.expiring": "Credential expires soon",
  "credential.expired": "Credential expired",
  "credential.used_although": "Rehearsed, disabled or ended credential used",
  "machine.without_credential": "Machine without a live credential",
  "rotation.finished": "Rotation finished",
  "rotation.stuck": "Rotation waits for hosts",
  "successor.taken_elsewhere": "Successor fetched or brought from a new address",
  "leak.reported": "Leak reported",
  "refusals.flood": "Flood of refused requests",
  "host.unresponsive": "Host unresponsive",
  "webhook.switched_off": "Webhook switched off",
  "signing_key.withdrawn": "Signing key withdrawn",
  "chain.broken": "Audit record changed by hand",
};
