import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { instant, pageOf, pageQuery } from "@/lib/admin-api/shapes";
import { DELIVERY_STATES, NOTICE_KINDS } from "@/lib/notifications/schema";
import {
  deliveryIdSchema,
  editWebhookSchema,
  switchWebhookSchema,
  webhookIdSchema,
  webhookSchema,
} from "@/lib/webhooks/schema";

const webhook = z.object({
  id: z.uuid(),
  url: z.string(),
  kinds: z.array(z.enum(NOTICE_KINDS)),
  createdAt: instant,
  offSince: instant.nullable().meta({ description: "Null: it is on" }),
  isGivenUp: z
    .boolean()
    .meta({ description: "Switched off by Latchkey: its receiver took nothing for days" }),
  previousEndsAt: instant.nullable().meta({ description: "Until when two secrets sign; null: one does" }),
  waiting: z.number().int(),
});

const issued = z.object({
  webhookId: z.uuid(),
  url: z.string(),
  secret: z.string().meta({ description: "Shown once: nothing can answer it again" }),
});

/** What a receiver answered, or why it did not. */
const outcome = {
  status: z.number().int().nullable().meta({ description: "The receiver's HTTP status" }),
  failure: z.string().nullable().meta({ description: "Why there was no answer, in one word" }),
  answer: z.string().nullable().meta({ description: "The beginning of what the receiver answered" }),
};

export const listWebhooks = operation({
  id: "listWebhooks",
  method: "GET",
  path: "/webhooks",
  tag: "Webhooks",
  summary: "List webhooks",
  may: "tenant.settings",
  answer: z.object({ items: z.array(webhook) }),
});

export const addWebhook = operation({
  id: "addWebhook",
  method: "POST",
  path: "/webhooks",
  tag: "Webhooks",
  summary: "Add a webhook",
  may: "tenant.settings",
  body: webhookSchema,
  answer: issued,
  status: 201,
  secrets: ["secret"],
});

export const editWebhook = operation({
  id: "editWebhook",
  method: "PUT",
  path: "/webhooks/{webhookId}",
  tag: "Webhooks",
  summary: "Change where a webhook is told, and what",
  description: "`seen` is what was read: where it holds no longer, nothing is saved.",
  may: "tenant.settings",
  params: webhookIdSchema,
  body: editWebhookSchema.omit({ webhookId: true }),
});

export const removeWebhook = operation({
  id: "removeWebhook",
  method: "DELETE",
  path: "/webhooks/{webhookId}",
  tag: "Webhooks",
  summary: "Remove a webhook with what waits for it",
  may: "tenant.settings",
  params: webhookIdSchema,
});

export const switchWebhook = operation({
  id: "switchWebhook",
  method: "PUT",
  path: "/webhooks/{webhookId}/state",
  tag: "Webhooks",
  summary: "Switch a webhook on or off",
  may: "tenant.settings",
  params: webhookIdSchema,
  body: switchWebhookSchema.omit({ webhookId: true }),
});

export const rotateWebhookSecret = operation({
  id: "rotateWebhookSecret",
  method: "POST",
  path: "/webhooks/{webhookId}/rotate-secret",
  tag: "Webhooks",
  summary: "Give a webhook a new secret; the one before signs along for a day",
  may: "tenant.settings",
  params: webhookIdSchema,
  answer: issued,
  secrets: ["secret"],
});

export const testWebhook = operation({
  id: "testWebhook",
  method: "POST",
  path: "/webhooks/{webhookId}/test",
  tag: "Webhooks",
  summary: "Send a message of the type `webhook.test` now, and show what came of it",
  may: "tenant.settings",
  params: webhookIdSchema,
  answer: z.object({ isTaken: z.boolean(), ...outcome }),
});

export const listDeliveries = operation({
  id: "listDeliveries",
  method: "GET",
  path: "/webhooks/{webhookId}/deliveries",
  tag: "Webhooks",
  summary: "List the kept deliveries of a webhook, the latest first",
  may: "tenant.settings",
  params: webhookIdSchema,
  query: pageQuery.extend({
    cursor: deliveryIdSchema.shape.deliveryId
      .optional()
      .meta({ description: "The page's place: `next` of the page before" }),
  }),
  answer: pageOf(
    z.object({
      id: z.string().meta({ description: "Digits" }),
      messageId: z.string().meta({ description: "What the receiver knows it by" }),
      kind: z.string(),
      createdAt: instant,
      state: z.enum(DELIVERY_STATES),
      attempts: z.number().int(),
      nextAt: instant.meta({ description: "When it is tried next, while it waits" }),
      at: instant.nullable().meta({ description: "Of the last attempt" }),
      ...outcome,
    }),
  ),
});

export const sendAgain = operation({
  id: "sendAgain",
  method: "POST",
  path: "/webhooks/{webhookId}/deliveries/{deliveryId}/send-again",
  tag: "Webhooks",
  summary: "Send one of the kept messages again; to its receiver it is the same message",
  may: "tenant.settings",
  params: deliveryIdSchema,
});
