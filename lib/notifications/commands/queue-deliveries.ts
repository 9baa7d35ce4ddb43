import type { Db } from "@/lib/ctx";

type Queued = {
  readonly notificationId: string;
  /** Null: of the installation, which concerns every tenant. */
  readonly tenantId: string | null;
  readonly kind: string;
  readonly now: Date;
};

/** Puts a notification into the outbox of everybody who wants its kind, in the transaction that writes it. */
export async function queueDeliveries(
  db: Db,
  { notificationId, tenantId, kind, now }: Queued,
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO deliveries (tenant_id, notification_id, receiver_id, webhook_id, kind, state, created_at, next_at)
    SELECT w.tenant_id, ${notificationId}::uuid, w.id, w.id, ${kind}, 'waiting', ${now}, ${now}
      FROM webhooks w
     WHERE (w.tenant_id = ${tenantId}::uuid OR ${tenantId}::uuid IS NULL) AND w.off_since IS NULL AND ${kind} = ANY (w.kinds)
     ORDER BY w.id`;
}
