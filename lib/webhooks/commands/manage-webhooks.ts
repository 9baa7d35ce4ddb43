import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { hurryDeliveries, requeueDelivery } from "@/lib/notifications/commands/hurry-deliveries";
import { allow } from "@/lib/permissions";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import { uuid7 } from "@/lib/uuid";
import { nameOf, requireDestination } from "@/lib/webhooks/destination";
import { noSuchWebhook } from "@/lib/webhooks/refusals";
import {
  type EditWebhookInput,
  type IssuedWebhookSecret,
  PREVIOUS_SECRET_HOURS,
  WEBHOOKS_MAX,
  type WebhookInput,
} from "@/lib/webhooks/schema";
import { newSecret } from "@/lib/webhooks/secret";
import { secretText } from "@/lib/webhooks/signature";

type Named = { readonly webhookId: string };

/** Webhooks are counted by one deed after the other. */
const lockWebhooks = ({ db, actor }: Ctx) =>
  db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`webhooks ${actor.tenantId}`}, 0))`;

/**
 * Adds a webhook, which is told from now on.
 * @returns its secret, which is never shown again
 * @throws Refusal `invalid` at `url` when it leads where no webhook may; `limit_reached`
 */
export async function addWebhook(ctx: Ctx, { url, kinds }: WebhookInput): Promise<IssuedWebhookSecret> {
  allow(ctx.actor, "tenant.settings");
  requireDestination(url);
  const { tenantId } = ctx.actor;
  await lockWebhooks(ctx);
  if ((await ctx.db.webhook.count({ where: { tenantId } })) >= WEBHOOKS_MAX) {
    throw new Refusal("limit_reached", `A tenant has at most ${WEBHOOKS_MAX} webhooks. Remove one first.`);
  }
  const id = uuid7(ctx.now);
  const { secret, encrypted } = newSecret({ tenantId, id });
  await ctx.db.webhook.create({
    data: { id, tenantId, url, kinds, encryptedSecret: encrypted, createdAt: ctx.now },
    select: { id: true },
  });
  await record(ctx, [{ type: "webhook.added", webhookId: id, name: nameOf({ url }), kinds }]);
  return { webhookId: id, url, secret: secretText(secret) };
}

/**
 * Changes where it is told, and what. What waits is tried at the new address at once.
 * @throws Refusal `conflict` when it is not what the form was filled from; `invalid` at `url`; `not_found`
 */
export async function editWebhook(
  ctx: Ctx,
  { webhookId, url, kinds, seen }: EditWebhookInput,
): Promise<null> {
  allow(ctx.actor, "tenant.settings");
  requireDestination(url);
  const where = { id: webhookId, tenantId: ctx.actor.tenantId };
  const { count } = await ctx.db.webhook.updateMany({
    where: { ...where, url: seen.url, kinds: { equals: seen.kinds } },
    data: { url, kinds },
  });
  if (count === 0) {
    if ((await ctx.db.webhook.count({ where })) === 0) throw noSuchWebhook();
    throw new Refusal(
      "conflict",
      "Somebody else changed this webhook while you were editing. Reload to see their changes, then make yours again.",
    );
  }
  if (url !== seen.url) await hurryDeliveries(ctx, { webhookId });
  const before = { name: nameOf(seen), kinds: seen.kinds };
  const after = { name: nameOf({ url }), kinds };
  await record(ctx, [
    {
      type: "webhook.edited",
      webhookId,
      name: after.name,
      before,
      after,
      isAddressChanged: url !== seen.url,
    },
  ]);
  return null;
}

/** Removes it with what waits for it. @throws Refusal `not_found` */
export async function removeWebhook(ctx: Ctx, { webhookId }: Named): Promise<null> {
  allow(ctx.actor, "tenant.settings");
  const where = { id: webhookId, tenantId: ctx.actor.tenantId };
  const webhook = await ctx.db.webhook.findFirst({ where, select: { url: true } });
  const { count } = await ctx.db.webhook.deleteMany({ where });
  if (!webhook || count === 0) throw noSuchWebhook();
  await record(ctx, [{ type: "webhook.removed", webhookId, name: nameOf(webhook) }]);
  return null;
}

/**
 * A new secret, which signs from now on. The one before signs along for a day, so that the receiver can be changed meanwhile; one before
 * that is erased.
 * @returns the secret, which is never shown again
 * @throws Refusal `not_found`; `conflict` when somebody else was first
 */
export async function rotateWebhookSecret(ctx: Ctx, { webhookId }: Named): Promise<IssuedWebhookSecret> {
  allow(ctx.actor, "tenant.settings");
  const { tenantId } = ctx.actor;
  const where = { id: webhookId, tenantId };
  const webhook = await ctx.db.webhook.findFirst({ where, select: { url: true, encryptedSecret: true } });
  if (!webhook) throw noSuchWebhook();
  const { url, encryptedSecret: previous } = webhook;
  const { secret, encrypted } = newSecret({ tenantId, id: webhookId });
  const { count } = await ctx.db.webhook.updateMany({
    where: { ...where, encryptedSecret: previous },
    data: {
      encryptedSecret: encrypted,
      encryptedPreviousSecret: previous,
      previousEndsAt: addSeconds(ctx.now, PREVIOUS_SECRET_HOURS * HOUR_SECONDS),
    },
  });
  if (count === 0) throw new Refusal("conflict", "Somebody else gave it a new secret at this moment.");
  await record(ctx, [{ type: "webhook.secret_rotated", webhookId, name: nameOf(webhook) }]);
  return { webhookId, url, secret: secretText(secret) };
}

/** Sends one of the kept messages again. @throws Refusal `not_found`; `conflict` while it is off, or the message on its way */
export async function sendAgain(
  ctx: Ctx,
  { webhookId, deliveryId }: Named & { readonly deliveryId: string },
): Promise<null> {
  allow(ctx.actor, "tenant.settings");
  const where = { id: webhookId, tenantId: ctx.actor.tenantId };
  const webhook = await ctx.db.webhook.findFirst({ where, select: { url: true, offSince: true } });
  if (!webhook) throw noSuchWebhook();
  if (webhook.offSince) throw new Refusal("conflict", "This webhook is off. Switch it on first.");
  const { kind } = await requeueDelivery(ctx, { webhookId, deliveryId });
  await record(ctx, [{ type: "webhook.sent_again", webhookId, name: nameOf(webhook), kind }]);
  return null;
}
