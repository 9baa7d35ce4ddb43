import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { instant } from "@/lib/admin-api/shapes";
import { NOTICE_KINDS } from "@/lib/notifications/schema";
import {
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
