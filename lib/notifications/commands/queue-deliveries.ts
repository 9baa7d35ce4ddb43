import type { Db } from "@/lib/ctx";
import { env } from "@/lib/env";
import { mailChoiceOf } from "@/lib/notifications/rules";
import { MAILED_AT_FIRST, type Notice } from "@/lib/notifications/schema";

type Queued = {
  readonly notificationId: string;
  /** Null: of the installation, which concerns every tenant. */
  readonly tenantId: string | null;
  readonly notice: Notice;
  readonly now: Date;
};

/** Puts a notification into the outbox of everybody who wants its kind, in the transaction that writes it. */
export async function queueDeliveries(
  db: Db,
  { notificationId, tenantId, notice, now }: Queued,
): Promise<void> {
  const { kind } = notice;
  await db.$executeRaw`
    INSERT INTO deliveries (tenant_id, notification_id, receiver_id, webhook_id, kind, state, created_at, next_at)
    SELECT w.tenant_id, ${notificationId}::uuid, w.id, w.id, ${kind}, 'waiting', ${now}, ${now}
      FROM webhooks w
     WHERE (w.tenant_id = ${tenantId}::uuid OR ${tenantId}::uuid IS NULL) AND w.off_since IS NULL AND ${kind} = ANY (w.kinds)
     ORDER BY w.id`;
  if (!env().mail) return;
  // Somebody who manages the installation is told once of what is the installation's, in whatever tenants they want it.
  await db.$executeRaw`
    INSERT INTO deliveries (tenant_id, notification_id, receiver_id, admin_id, kind, state, created_at, next_at)
    SELECT DISTINCT ON (a.id) m.tenant_id, ${notificationId}::uuid, a.id, a.id, ${kind}, 'waiting'::"DeliveryState", ${now}, ${now}
      FROM memberships m JOIN admins a ON a.id = m.admin_id
      LEFT JOIN mail_choices c ON c.admin_id = m.admin_id AND c.tenant_id = m.tenant_id
     WHERE (m.tenant_id = ${tenantId}::uuid OR (${tenantId}::uuid IS NULL AND a.manages_installation))
       AND m.disabled_at IS NULL AND a.disabled_at IS NULL
       AND ${mailChoiceOf(notice)} = ANY (COALESCE(c.kinds, CASE m.role WHEN 'Administrator' THEN ${[...MAILED_AT_FIRST.Administrator]}::text[]
                                                                        WHEN 'Operator' THEN ${[...MAILED_AT_FIRST.Operator]}::text[]
                                                                        ELSE ${[...MAILED_AT_FIRST.Viewer]}::text[] END))
     ORDER BY a.id, m.created_at, m.tenant_id`;
}
