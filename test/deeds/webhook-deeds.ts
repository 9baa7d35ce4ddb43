import type { Ctx, UserActor } from "@/lib/ctx";
import { hurryDeliveries, requeueDelivery } from "@/lib/notifications/commands/hurry-deliveries";
import { notify } from "@/lib/notifications/commands/notify";
import { NOTICE_KINDS, type Notice } from "@/lib/notifications/schema";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import {
  addWebhook,
  editWebhook,
  removeWebhook,
  rotateWebhookSecret,
  sendAgain,
} from "@/lib/webhooks/commands/manage-webhooks";
import { switchWebhook } from "@/lib/webhooks/commands/switch-webhook";
import { recordTest, trySending } from "@/lib/webhooks/commands/test-webhook";
import { act, inTransaction, prisma } from "@/test/world";
import type { Scene } from "./every-deed";

/** Nobody has this name (RFC 6761 §6.4). */
export const NOWHERE = "https://alerts.invalid/in";

let hours = 0;
/** Something to tell, which was not told yet. */
export function newNotice(): Notice {
  hours += 1;
  return {
    kind: "refusals.flood",
    hour: addSeconds(new Date(0), hours * HOUR_SECONDS).toISOString(),
    refused: 1_000,
  };
}

/** Tells the tenant of the admin something. */
export const told = (admin: UserActor, now = new Date()) =>
  inTransaction((db) => notify(db, { tenantId: admin.tenantId, now, notice: newNotice() }));

/** A webhook that wants everything, and one delivery that waits for it. */
export async function newWebhook(admin: UserActor) {
  const where = { tenantId: admin.tenantId };
  const known = await prisma().webhook.findFirst({ where, orderBy: { id: "desc" } });
  const input = { url: NOWHERE, kinds: [...NOTICE_KINDS] };
  const webhookId = known?.id ?? (await act(admin, addWebhook, input)).webhookId;
  if (!known) await told(admin);
  const { id } = await prisma().delivery.findFirstOrThrow({ where: { webhookId } });
  return { webhookId, deliveryId: String(id) };
}

const OUTCOME = { isTaken: true, status: 204, failure: null, answer: "" };
const SEEN = { url: NOWHERE, kinds: [...NOTICE_KINDS] };

/** What an administrator does with webhooks. */
export const WEBHOOK_DEEDS: Readonly<Record<string, (ctx: Ctx, scene: Scene) => Promise<unknown>>> = {
  addWebhook: (ctx) => addWebhook(ctx, { url: NOWHERE, kinds: ["chain.broken"] }),
  editWebhook: (ctx, { webhookId }) =>
    editWebhook(ctx, { webhookId, url: `${NOWHERE}/2`, kinds: ["chain.broken"], seen: SEEN }),
  removeWebhook: (ctx, scene) => removeWebhook(ctx, scene),
  rotateWebhookSecret: (ctx, scene) => rotateWebhookSecret(ctx, scene),
  sendAgain: (ctx, scene) => sendAgain(ctx, scene),
  switchWebhook: (ctx, { webhookId }) => switchWebhook(ctx, { webhookId, isOn: false }),
  trySending: (ctx, scene) => trySending(ctx, scene),
  recordTest: (ctx, { webhookId }) => recordTest(ctx, { webhookId, name: "x", outcome: OUTCOME }),
  hurryDeliveries: (ctx, scene) => hurryDeliveries(ctx, scene),
  requeueDelivery: (ctx, scene) => requeueDelivery(ctx, scene),
};

/** What each of them leaves in the record. */
export const WEBHOOK_EVENTS: Readonly<Record<string, readonly string[]>> = {
  addWebhook: ["webhook.added"],
  editWebhook: ["webhook.edited"],
  removeWebhook: ["webhook.removed"],
  rotateWebhookSecret: ["webhook.secret_rotated"],
  sendAgain: ["webhook.sent_again"],
  switchWebhook: ["webhook.switched_off"],
  trySending: [],
  recordTest: ["webhook.tested"],
  hurryDeliveries: [],
  requeueDelivery: [],
};
