import type { Ctx, SystemActor } from "@/lib/ctx";
import { readOutboxes } from "@/lib/notifications/queries/list-deliveries";
import { NOTICE_KINDS } from "@/lib/notifications/schema";
import { allow } from "@/lib/permissions";
import type { WebhookView } from "./schema";
import type { Destination } from "./send";

type Named = { readonly webhookId: string };

/** @returns where to send to, and what to sign with; null when it is gone */
export async function findDestination(
  { db }: Pick<Ctx<SystemActor>, "db">,
  { tenantId, webhookId }: Named & { readonly tenantId: string },
): Promise<Destination | null> {
  return db.webhook.findFirst({
    where: { id: webhookId, tenantId },
    select: {
      id: true,
      tenantId: true,
      url: true,
      encryptedSecret: true,
      encryptedPreviousSecret: true,
      previousEndsAt: true,
      offSince: true,
      tenant: { select: { slug: true } },
    },
  });
}

async function read(ctx: Ctx, which: { readonly id?: string }): Promise<WebhookView[]> {
  const rows = await ctx.db.webhook.findMany({
    where: { ...which, tenantId: ctx.actor.tenantId },
    orderBy: { id: "asc" },
    select: {
      id: true,
      url: true,
      kinds: true,
      createdAt: true,
      offSince: true,
      isGivenUp: true,
      previousEndsAt: true,
    },
  });
  const ids = rows.map(({ id }) => id);
  const outboxes = await readOutboxes(ctx, ids);
  return rows.map(({ previousEndsAt, ...row }) => ({
    ...row,
    kinds: NOTICE_KINDS.filter((kind) => row.kinds.includes(kind)),
    previousEndsAt: previousEndsAt && previousEndsAt > ctx.now ? previousEndsAt : null,
    waiting: 0,
    last: null,
    ...outboxes.get(row.id),
  }));
}

/** @returns the tenant's webhooks in the order in which they were added. @throws Refusal `forbidden` */
export async function listWebhooks(ctx: Ctx): Promise<WebhookView[]> {
  allow(ctx.actor, "tenant.settings");
  return read(ctx, {});
}

/** @returns null where the tenant has no such webhook. @throws Refusal `forbidden` */
export async function findWebhook(ctx: Ctx, { webhookId }: Named): Promise<WebhookView | null> {
  allow(ctx.actor, "tenant.settings");
  const [webhook] = await read(ctx, { id: webhookId });
  return webhook ?? null;
}
