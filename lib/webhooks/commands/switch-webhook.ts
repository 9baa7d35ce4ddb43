import { record } from "@/lib/audit/commands";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { hurryDeliveries } from "@/lib/notifications/commands/hurry-deliveries";
import { notify } from "@/lib/notifications/commands/notify";
import type { TakenDelivery } from "@/lib/notifications/commands/take-delivery";
import { lastTakenAt } from "@/lib/notifications/queries/list-deliveries";
import { allow } from "@/lib/permissions";
import { nameOf } from "@/lib/webhooks/destination";
import { noSuchWebhook } from "@/lib/webhooks/refusals";

/**
 * Off, nothing new is put into its outbox; what waits there stays, and is sent when it is on again. Does nothing where it is so already.
 * @throws Refusal `not_found`
 */
export async function switchWebhook(
  ctx: Ctx,
  { webhookId, isOn }: { readonly webhookId: string; readonly isOn: boolean },
): Promise<null> {
  allow(ctx.actor, "tenant.settings");
  const where = { id: webhookId, tenantId: ctx.actor.tenantId };
  const [changed] = await ctx.db.webhook.updateManyAndReturn({
    where: { ...where, offSince: isOn ? { not: null } : null },
    data: { offSince: isOn ? null : ctx.now, isGivenUp: false },
    select: { url: true },
  });
  if (!changed) {
    if ((await ctx.db.webhook.count({ where })) === 0) throw noSuchWebhook();
    return null;
  }
  if (isOn) await hurryDeliveries(ctx, { webhookId });
  const webhook = { webhookId, name: nameOf(changed) };
  await record(ctx, [
    isOn
      ? { type: "webhook.switched_on", ...webhook }
      : { type: "webhook.switched_off", ...webhook, isGivenUp: false },
  ]);
  return null;
}

/** Switches it off because its receiver took nothing for days, and says so to the tenant. */
export async function giveUpWebhook(
  ctx: Ctx<SystemActor>,
  { tenantId, webhookId }: Pick<TakenDelivery, "tenantId" | "webhookId">,
): Promise<void> {
  if (webhookId === null) return;
  const [webhook] = await ctx.db.webhook.updateManyAndReturn({
    where: { id: webhookId, tenantId, offSince: null },
    data: { offSince: ctx.now, isGivenUp: true },
    select: { url: true },
  });
  if (!webhook) return;
  const name = nameOf(webhook);
  await record(ctx, [{ type: "webhook.switched_off", webhookId, name, isGivenUp: true }], tenantId);
  const lastAt = await lastTakenAt(ctx, { tenantId, webhookId });
  await notify(ctx.db, {
    tenantId,
    now: ctx.now,
    notice: {
      kind: "webhook.switched_off",
      webhookId,
      webhookName: name,
      lastAnsweredAt: lastAt?.toISOString() ?? null,
      switchedOffAt: ctx.now.toISOString(),
    },
  });
}

/** Erases secrets that no longer sign along. */
export async function forgetPreviousSecrets({ db, now }: Ctx<SystemActor>): Promise<void> {
  await db.webhook.updateMany({
    where: { previousEndsAt: { lte: now } },
    data: { encryptedPreviousSecret: null, previousEndsAt: null },
  });
}
