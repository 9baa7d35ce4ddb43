import type { Ctx } from "@/lib/ctx";
import type { DeliveryOutcome, DeliveryRow, Outbox } from "@/lib/notifications/schema";
import type { Slice } from "@/lib/pages";
import { allow } from "@/lib/permissions";

type Named = { readonly webhookId: string };

/** @returns how many deliveries of the webhook are kept. @throws Refusal `forbidden` */
export async function countDeliveries(ctx: Ctx, { webhookId }: Named): Promise<number> {
  allow(ctx.actor, "tenant.settings");
  return ctx.db.delivery.count({ where: { webhookId, tenantId: ctx.actor.tenantId } });
}

/**
 * @param slice its `after` is the id of a delivery
 * @returns deliveries of the webhook, the latest first. @throws Refusal `forbidden`
 */
export async function listDeliveries(
  ctx: Ctx,
  { webhookId, slice: { after, ...slice } }: Named & { readonly slice: Slice<string> },
): Promise<DeliveryRow[]> {
  allow(ctx.actor, "tenant.settings");
  const rows = await ctx.db.delivery.findMany({
    where: {
      webhookId,
      tenantId: ctx.actor.tenantId,
      ...(after !== undefined && { id: { lt: BigInt(after) } }),
    },
    orderBy: { id: "desc" },
    ...slice,
  });
  return rows.map((row) => ({
    id: String(row.id),
    messageId: row.notificationId,
    kind: row.kind,
    createdAt: row.createdAt,
    attempts: row.attempts,
    nextAt: row.nextAt,
    state: row.state,
    at: row.lastAt,
    status: row.lastStatus,
    failure: row.lastFailure,
    answer: row.lastAnswer,
  }));
}

type OutboxRow = { readonly id: string; readonly waiting: number } & DeliveryOutcome;

/** @returns by webhook what waits and what came of the last attempt. @throws Refusal `forbidden` */
export async function readOutboxes(
  ctx: Ctx,
  webhookIds: readonly string[],
): Promise<ReadonlyMap<string, Outbox>> {
  allow(ctx.actor, "tenant.settings");
  const { tenantId } = ctx.actor;
  const rows = await ctx.db.$queryRaw<OutboxRow[]>`
    SELECT w.id,
           (SELECT count(*)::int FROM deliveries o
             WHERE o.tenant_id = ${tenantId}::uuid AND o.receiver_id = w.id AND o.state = 'waiting') AS waiting,
           d.state, d.last_at AS at, d.last_status AS status, d.last_failure AS failure, d.last_answer AS answer
      FROM unnest(${webhookIds}::uuid[]) AS w (id)
      LEFT JOIN LATERAL (SELECT * FROM deliveries l
                          WHERE l.tenant_id = ${tenantId}::uuid AND l.webhook_id = w.id AND l.last_at IS NOT NULL
                          ORDER BY l.id DESC LIMIT 1) AS d ON true`;
  return new Map(
    rows.map(({ id, waiting, ...outcome }) => [id, { waiting, last: outcome.at === null ? null : outcome }]),
  );
}

/** @returns when the receiver took something last, as far as that is kept; null: never */
export async function lastTakenAt(
  { db }: Pick<Ctx, "db">,
  { tenantId, webhookId }: Named & { readonly tenantId: string },
): Promise<Date | null> {
  const where = { tenantId, webhookId, state: "delivered" } as const;
  const { _max } = await db.delivery.aggregate({ where, _max: { lastAt: true } });
  return _max.lastAt;
}
