import * as contract from "@/lib/admin-api/contract/webhooks";
import { deedOf, questionOf } from "@/lib/http/admin/implement";
import {
  addWebhook,
  editWebhook,
  removeWebhook,
  rotateWebhookSecret,
} from "@/lib/webhooks/commands/manage-webhooks";
import { switchWebhook } from "@/lib/webhooks/commands/switch-webhook";
import { listWebhooks } from "@/lib/webhooks/queries";

/** What API clients do with webhooks; the deeds and questions of the portal's pages. */
export const WEBHOOK_OPERATIONS = [
  questionOf(contract.listWebhooks, async (ctx) => ({ items: await listWebhooks(ctx) })),
  deedOf(contract.addWebhook, addWebhook),
  deedOf(contract.editWebhook, editWebhook),
  deedOf(contract.removeWebhook, removeWebhook),
  deedOf(contract.switchWebhook, switchWebhook),
  deedOf(contract.rotateWebhookSecret, rotateWebhookSecret),
];
