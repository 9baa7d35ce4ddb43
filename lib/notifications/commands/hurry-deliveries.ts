import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";

type Named = { readonly webhookId: string };

/** Has what waits for the webhook be tried now, whatever it waited for. */
export async function hurryDeliveries(ctx: Ctx, { webhookId }: Named): Promise<void> {
  allow(ctx.actor, "tenant.settings");
  await ctx.db.delivery.updateMany({
    where: { webhookId, tenantId: ctx.actor.tenantId, state: "waiting", nextAt: { gt: ctx.now } },
    data: { nextAt: ctx.now },
  });
}

/**
 * Puts a delivery into the outbox once more, in its old place; as its receiver knows it, it is the same message.
 * @returns what it tells
 * @throws Refusal `not_found`; `conflict` while it is on its way
 */
export async function requeueDelivery(
  ctx: Ctx,
  { webhookId, deliveryId }: Named & { readonly deliveryId: string },
): Promise<{ readonly kind: string }> {
  allow(ctx.actor, "tenant.settings");
  const scope = { id: BigInt(deliveryId), webhookId, tenantId: ctx.actor.tenantId };
  const found = await ctx.db.delivery.findFirst({ where: scope, select: { kind: true } });
  if (!found) throw new Refusal("not_found", "There is no such delivery.");
  const { count } = await ctx.db.delivery.updateMany({
    where: { ...scope, OR: [{ leasedUntil: null }, { leasedUntil: { lte: ctx.now } }] },
    data: { state: "waiting", attempts: 0, nextAt: ctx.now, leasedUntil: null },
  });
  if (count === 0) throw new Refusal("conflict", "It is being sent at this moment. Look again shortly.");
  return found;
}
