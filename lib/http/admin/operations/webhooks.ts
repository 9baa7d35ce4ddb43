import * as contract from "@/lib/admin-api/contract/webhooks";
import type { Ctx } from "@/lib/ctx";
import { deedOf, questionOf } from "@/lib/http/admin/implement";
import { paged } from "@/lib/http/admin/paged";
import { inSteps } from "@/lib/http/deeds";
import { listDeliveries } from "@/lib/notifications/queries/list-deliveries";
import type { Slice } from "@/lib/pages";
import {
  addWebhook,
  editWebhook,
  removeWebhook,
  rotateWebhookSecret,
  sendAgain,
} from "@/lib/webhooks/commands/manage-webhooks";
import { switchWebhook } from "@/lib/webhooks/commands/switch-webhook";
import { recordTest, trySending } from "@/lib/webhooks/commands/test-webhook";
import { findWebhook, listWebhooks } from "@/lib/webhooks/queries";
import { noSuchWebhook } from "@/lib/webhooks/refusals";

/** What API clients do with webhooks; the deeds and questions of the portal's pages. */
export const WEBHOOK_OPERATIONS = [
  questionOf(contract.listWebhooks, async (ctx) => ({ items: await listWebhooks(ctx) })),
  deedOf(contract.addWebhook, addWebhook),
  deedOf(contract.editWebhook, editWebhook),
  deedOf(contract.removeWebhook, removeWebhook),
  deedOf(contract.switchWebhook, switchWebhook),
  deedOf(contract.rotateWebhookSecret, rotateWebhookSecret),
  deedOf(contract.testWebhook, inSteps(trySending, recordTest)),
  questionOf(contract.listDeliveries, async (ctx, { webhookId, ...part }) => {
    if (!(await findWebhook(ctx, { webhookId }))) throw noSuchWebhook();
    const list = (own: Ctx, slice: Slice<string>) => listDeliveries(own, { webhookId, slice });
    return paged(list, ({ id }) => id)(ctx, part);
  }),
  deedOf(contract.sendAgain, sendAgain),
];
